"""What a manifest states reaches the store, wherever its paths are relative to."""

from __future__ import annotations

from pathlib import Path

import pytest

from embed.structure import Facts
from service.cli.index import stated_facts


@pytest.mark.parametrize("name", ["2024/a.txt", "lists/../2024/a.txt"])
def test_paths_are_relative_to_the_manifest(tmp_path: Path, name: str) -> None:
    (tmp_path / "facts.csv").write_text(f"file,year\n{name},2020\n", encoding="utf-8")

    assert stated_facts(tmp_path / "facts.csv")[str(tmp_path / "2024" / "a.txt")] == Facts(year=2020)


def test_paths_may_be_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "facts.csv").write_text("file,year\n2024/a.txt,2020\n", encoding="utf-8")

    assert stated_facts(Path("lists/facts.csv"))[str(tmp_path / "2024" / "a.txt")] == Facts(year=2020)


def test_no_manifest_states_nothing() -> None:
    assert stated_facts(None) is None
