"""What is shipped for running it: settings that exist, files that are there, a unit that is well formed."""

from __future__ import annotations

import re
import shutil
import subprocess
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
    assert text.rindex("USER bijian") > text.rindex("FROM ")
    assert "latest" not in text


def test_the_unit_has_what_systemd_wants() -> None:
    lines = (DEPLOY / "bijian.service").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]

    assert [line for line in kept if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]
    assert all(line.startswith("[") or re.fullmatch(r"[A-Z][A-Za-z]+=.*", line) for line in kept)
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", str(DEPLOY / "bijian.service")], capture_output=True, text=True
        )
        assert "Unknown" not in checked.stderr
