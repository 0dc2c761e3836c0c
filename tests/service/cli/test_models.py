from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from embed.exceptions import ModelCorrupt, ModelMissing
from service.cli.models import command
from tests.helpers.tiny_model import tiny_package

LIST = """
[tiny]
source = "{source}"
licence = "MIT"
dimension = 32

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

    assert [(row["name"], row["state"], row["default"]) for row in rows] == [
        ("tiny", "buildable", True),
        ("far", "download", False),
    ]


def test_the_table_fits_eighty_columns_and_marks_the_default(runner: CliRunner) -> None:
    lines = runner.invoke(command, ["list"]).output.splitlines()

    assert any(line.startswith("tiny *") for line in lines)
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
