from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models import Side, find_entry, read_models

LINES = """
[own]
source = "folder:weights/own"
licence = "MIT"
dimension = 8
prompts = { query = "q: ", passage = "" }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "models.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_list_names_the_default_model_first() -> None:
    entry = next(iter(read_models().values()))

    assert (entry.name, entry.dimension, entry.licence) == ("multilingual-e5-small", 384, "MIT")
    assert entry.prompt(Side.QUERY) == "query: "
    assert entry.prompt(Side.PASSAGE) == "passage: "
    assert len(entry.sha256) == 64


def test_every_bundled_model_states_its_licence_and_a_line_for_people() -> None:
    for entry in read_models().values():
        assert entry.licence in {"MIT", "Apache-2.0"}
        assert entry.description


def test_the_list_at_the_top_of_the_repository_is_the_one_in_the_package() -> None:
    root = Path(__file__).parents[3]

    assert (root / "models.txt").read_bytes() == (root / "embed" / "models" / "models.txt").read_bytes()


def test_a_relative_folder_counts_from_the_file_that_names_it(tmp_path: Path) -> None:
    entry = read_models(write(tmp_path, LINES))["own"]

    assert entry.source == f"folder:{tmp_path.resolve() / 'weights' / 'own'}"


def test_an_unknown_model_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        find_entry("other", write(tmp_path, LINES))

    assert "'other'" in caught.value.message
    assert "own" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("dimension = 8", 'dimension = "8"'), "dimension"),
        (("dimension = 8", "dimension = 0"), "at least 1"),
        (("dimension = 8", "dimension = true"), "dimension"),
        (("dimension = 8", "dimension = 8\ncolour = 1"), "colour"),
        (('licence = "MIT"\n', ""), "licence"),
        (("folder:", "ftp:"), "expected one of"),
        (("query =", "question ="), "prompts"),
        (("[own]", "[own"), "TOML"),
        (("[own]", "own = 1\n[rest]"), "expected a table"),
    ],
)
def test_a_wrong_line_is_refused_by_name(tmp_path: Path, change: tuple[str, str], word: str) -> None:
    with pytest.raises(ModelCorrupt) as caught:
        read_models(write(tmp_path, LINES.replace(*change)))

    assert word in caught.value.message + (caught.value.hint or "")


def test_a_missing_list_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"none\.txt"):
        read_models(tmp_path / "none.txt")


DISTILLED = (
    LINES
    + """
[quick]
source = "distilled:own"
licence = "MIT"
dimension = 8
"""
)


def test_a_distilled_model_knows_the_model_that_it_comes_from(tmp_path: Path) -> None:
    models = read_models(write(tmp_path, DISTILLED))

    assert models["quick"].teacher == models["own"]
    assert models["own"].teacher is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("distilled:own", "distilled:none"), "expected the name of another model"),
        (("distilled:own", "distilled:quick"), "expected the name of another model"),
        (
            ('distilled:own"\nlicence = "MIT"\ndimension = 8', 'distilled:own"\nlicence = "MIT"\ndimension = 9'),
            "expected 8",
        ),
        (('source = "distilled', 'teacher = "own"\nsource = "distilled'), "teacher"),
    ],
)
def test_a_model_is_distilled_from_another_of_the_same_dimension(
    tmp_path: Path, change: tuple[str, str], word: str
) -> None:
    with pytest.raises(ModelCorrupt, match=word):
        read_models(write(tmp_path, DISTILLED.replace(*change)))
