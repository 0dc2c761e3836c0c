"""Commands called as a person or a program calls them, with a tiny encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import service.cli.check
import service.cli.clusters
import service.cli.index
import service.cli.reindex
import service.cli.report
from service.cli.main import main
from service.settings import Settings
from tests.faults.workload import write_files
from tests.helpers.stores import HashEncoder

COMMANDS = (service.cli.index, service.cli.reindex, service.cli.clusters, service.cli.report, service.cli.check)


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command on the store `tmp_path/store`: its exit code, what it printed, what it printed as errors."""

    def opener(settings: Settings) -> Callable[[], HashEncoder]:
        return lambda: HashEncoder(model=settings.model)

    for module in COMMANDS:
        monkeypatch.setattr(module, "encoder_opener", opener)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--store", str(tmp_path / "store")])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one report."""
    write_files(tmp_path / "in", 1)
    return tmp_path / "in"
