from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models import read_models
from service.cli.models import command
from service.cli.tables import size
from tests.helpers.tiny_model import tiny_package

LIST = """
[tiny]
source = "{source}"
licence = "MIT"
dimension = 32

description = "很小的模型，用来试验，别无他用，写得长是为了看它在一行里怎样折行 · small [red]and[/] for tests"

[far]
source = "hub:owner/name"
licence = "MIT"
dimension = 8
"""


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "models.txt").write_text(LIST.format(source=tiny_package(tmp_path)))
    return CliRunner(
        env={
            "BIJIAN_MODELS_FILE": str(tmp_path / "models.txt"),
            "BIJIAN_CACHE": str(tmp_path / "cache"),
            "BIJIAN_MODEL": "tiny",
            "COLUMNS": "80",
        }
    )


def test_the_list_says_what_is_ready_and_what_has_to_be_fetched(runner: CliRunner) -> None:
    rows = json.loads(runner.invoke(command, ["list", "--format", "json"]).output)

    assert [(row["name"], row["state"], row["default"], row["bytes"]) for row in rows] == [
        ("tiny", "buildable", True, 0),
        ("far", "download", False, 0),
    ]


def test_the_table_fits_eighty_columns_and_marks_the_default(runner: CliRunner) -> None:
    lines = runner.invoke(command, ["list"]).output.splitlines()

    assert any(line.startswith("tiny *") for line in lines)
    assert max(cell_len(line) for line in lines) <= 80


def test_the_list_says_what_each_model_is_for_in_both_languages(runner: CliRunner) -> None:
    words = "".join(runner.invoke(command, ["list"]).output.split())

    assert "很小的模型，用来试验，别无他用，写得长是为了看它在一行里怎样折行small[red]and[/]fortests" in words


def test_the_list_says_how_much_of_the_disk_a_model_takes_once_it_is_built(runner: CliRunner, tmp_path: Path) -> None:
    runner.invoke(command, ["path"])
    held = sum(p.stat().st_size for p in (tmp_path / "cache").rglob("*") if p.is_file())

    rows = json.loads(runner.invoke(command, ["list", "--format", "json"]).output)
    tiny, far = (
        next(line for line in runner.invoke(command, ["list"]).output.splitlines() if line.startswith(name))
        for name in ("tiny *", "far")
    )

    assert [(row["state"], row["bytes"]) for row in rows] == [("ready", held), ("download", 0)]
    assert size(held) in tiny
    assert "–" in far


def test_every_model_that_ships_says_what_it_is_for_within_eighty_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIJIAN_MODELS_FILE", raising=False)
    alone = CliRunner(env={"BIJIAN_CACHE": str(tmp_path), "COLUMNS": "80"})

    lines = alone.invoke(command, ["list"]).output.splitlines()

    assert all(" · " in entry.description for entry in read_models().values())
    assert sum(line in read_models() for line in lines) == len(read_models())
    assert max(cell_len(line) for line in lines) <= 80


def test_path_builds_the_model_and_prints_its_folder(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(command, ["path"])

    assert result.output.strip() == str(tmp_path / "cache" / "models" / "tiny")
    assert (tmp_path / "cache" / "models" / "tiny" / "model.safetensors").is_file()


def test_verify_reads_every_file_and_counts_them(runner: CliRunner) -> None:
    runner.invoke(command, ["path"])

    files = json.loads(runner.invoke(command, ["verify", "tiny", "--format", "json"]).output)["files"]

    assert "model.safetensors" in files
    assert f"{len(files)} files are whole" in runner.invoke(command, ["verify"]).output


def test_verify_finds_a_flipped_byte(runner: CliRunner, tmp_path: Path) -> None:
    runner.invoke(command, ["path"])
    weights = tmp_path / "cache" / "models" / "tiny" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")

    result = runner.invoke(command, ["verify"])

    assert isinstance(result.exception, ModelCorrupt)
    assert "model.safetensors" in result.exception.message


@pytest.mark.parametrize("arguments", [["verify"], ["path", "nobody"]])
def test_a_model_that_is_not_here_is_an_error_with_a_hint(runner: CliRunner, arguments: list[str]) -> None:
    result = runner.invoke(command, arguments)

    assert isinstance(result.exception, ModelMissing)
    assert result.exception.hint
