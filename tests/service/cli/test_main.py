from __future__ import annotations

import subprocess
import sys

import click
import pytest

from embed.exceptions import BijianError, StoreLocked
from service.cli import main as frame


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "service.cli.main", *arguments], capture_output=True, text=True)


def test_every_command_loads_and_explains_itself_in_both_languages() -> None:
    context = click.Context(frame.cli)
    for name in frame.cli.list_commands(context):
        command = frame.cli.get_command(context, name)
        assert command is not None
        text = command.get_help(click.Context(command, info_name=name))
        assert any("\u4e00" <= character <= "\u9fff" for character in text), name
        assert any(character.isascii() and character.isalpha() for character in text), name


def test_help_imports_no_heavy_library() -> None:
    heavy = ("numpy", "torch", "faiss", "scipy", "openvino", "fastapi", "sklearn", "lxml", "pydantic")
    code = (
        "import sys; from service.cli.main import main; main(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_an_expected_error_is_one_line_a_hint_and_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise StoreLocked("store x is being written to by process 7.", hint="Wait for it.")

    monkeypatch.setattr(frame.cli, "main", fail)

    assert frame.main([]) == 5
    assert (
        capsys.readouterr().err
        == "bijian: 存储正由别的进程写入 · store x is being written to by process 7.\n  → Wait for it.\n"
    )


def test_ctrl_c_ends_with_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(frame.cli, "main", interrupt)

    assert frame.main([]) == 130
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "the same command goes on from there" in said


def test_a_full_disk_is_named_as_such(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fill(**_: object) -> None:
        raise OSError(28, "No space left on device", "catalog.sqlite")

    monkeypatch.setattr(frame.cli, "main", fill)

    assert frame.main([]) == 4
    assert "catalog.sqlite" in capsys.readouterr().err


def test_an_unknown_command_ends_with_2_and_names_it() -> None:
    done = run("indx")

    assert done.returncode == 2
    assert "indx" in done.stderr


def test_exit_codes_of_the_branches_differ() -> None:
    branches = BijianError.__subclasses__()

    assert len({branch.exit_code for branch in branches}) == len(branches)
