"""What is shipped for running it: settings that exist, files that are there, a unit that is well formed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import setting_rows

DEPLOY = Path(__file__).parent.parent.parent / "deploy"


@pytest.mark.parametrize("name", ["bijian.service", "Dockerfile"])
def test_only_settings_that_exist_are_set(name: str) -> None:
    known = {variable for _, variable, _, _ in setting_rows()}
    used = set(re.findall(r"BIJIAN_[A-Z_]+", (DEPLOY / name).read_text(encoding="utf-8")))

    assert used
    assert used <= known


def test_the_image_is_built_from_files_that_exist_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [part for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for part in line.split()]

    assert copied == ["pyproject.toml", "README.md", "LICENSE", "embed", "service"]
    assert all((DEPLOY.parent / part).exists() for part in copied if part != "README.md")
    assert text.rindex("USER 10001") > text.rindex("FROM ")
    assert "--uid 10001" in text


def test_the_linter_finds_nothing_in_the_image_s_description() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([linter, "--no-color", DEPLOY / "Dockerfile"], capture_output=True, text=True)

    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_unit_has_what_systemd_wants() -> None:
    lines = (DEPLOY / "bijian.service").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]

    assert [line for line in kept if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]
    assert all(line.startswith("[") or re.fullmatch(r"[A-Z][A-Za-z]+=.*", line) for line in kept)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="apt-get install systemd")
def test_systemd_finds_nothing_in_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "bijian.service").read_text(encoding="utf-8")
    unit = tmp_path / "bijian.service"  # the program is not installed here: one that is there stands for it
    unit.write_text(text.replace("/opt/bijian/bin/bijian", sys.executable), encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)

    assert text.count("ExecStart=/opt/bijian/bin/bijian serve") == 1
    assert (checked.returncode, checked.stderr) == (0, "")
