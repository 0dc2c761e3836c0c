"""`bijian inspect`: how a file is understood, and why."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.inspect import command

TEXT = """青川县人民政府关于2023年度法治政府建设情况的报告
现将有关情况报告如下。
一、主要工作
(一)化解纠纷
全年调解纠纷89件。
二、存在问题
专职调解员不足。
特此报告。
青川县人民政府
2024年2月1日
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def inspect(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(a) for a in arguments], standalone_mode=False, env={"COLUMNS": "80"})
    return result.return_value, result.output


def test_all_parts_are_shown_at_eighty_columns(file: Path) -> None:
    code, shown = inspect(file)

    assert code == 0
    for words in ("文件信息 · Metadata", "提纲 · Outline", "段落 · Passages", "删去与还原 · Removed and restored"):
        assert words in shown
    assert "(一) 化解纠纷" in shown
    assert "主要工作 › 化解纠纷" in shown
    assert "问题 problem" in shown
    assert "2023" in shown
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in max(shown.splitlines(), key=len))
    assert wide <= 80


def test_one_part_alone_may_be_asked_for(file: Path) -> None:
    _, shown = inspect(file, "--only", "outline")

    assert "提纲 · Outline" in shown
    assert "段落 · Passages" not in shown


def test_json_has_everything_with_source_offsets(file: Path) -> None:
    code, shown = inspect(file, "--format", "json")
    row = json.loads(shown)

    assert code == 0
    assert set(row) == {"id", "file", "sha256", "metadata", "sections", "passages", "removals", "warnings"}
    assert row["metadata"]["year"] == 2023
    assert row["metadata"]["published"] == "2024-02-01"
    passage = row["passages"][1]
    assert passage["id"] == f"{row['id']}.001"
    assert TEXT[passage["start"] : passage["end"]] == passage["text"] == "全年调解纠纷89件。"


def test_advertising_in_the_page_is_reported_with_the_word_that_it_displaced(tmp_path: Path) -> None:
    path = tmp_path / "hacked.txt"
    path.write_text(TEXT.replace("现将", "以新时代万博体育_投注平台¥官网特色社会主义思想为指导,现将"), encoding="utf-8")

    _, shown = inspect(path)

    assert "⚠" in shown
    assert "植入广告 injected advertising ×1" in shown
    assert "→ 中国" in shown


def test_text_that_a_terminal_would_obey_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "evil[red]\u202e.txt"
    path.write_text(TEXT.replace("全年", "[bold]全年[/bold]"), encoding="utf-8")

    _, shown = inspect(path)

    assert "[bold]全年[/bold]调解" in shown
    assert "\u202e" not in shown
    assert "\\u202e" in shown.replace("\n", "")
    assert "\x1b" not in shown


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")

    code, shown = inspect(empty, file)

    assert code == 3
    assert "empty.txt" in shown
    assert "全年调解纠纷89件。" in shown


def test_a_folder_without_files_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert inspect(tmp_path / "empty") == (0, f"其中没有文件 · no files in there: {tmp_path / 'empty'}\n")


def test_what_a_manifest_states_wins(file: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "facts.csv"
    manifest.write_text("file,year\nreport.txt,2019\n", encoding="utf-8")

    _, shown = inspect(file, "--manifest", manifest, "--format", "json")

    assert json.loads(shown)["metadata"]["year"] == 2019


def test_every_role_and_every_reason_has_a_name() -> None:
    from embed.reading.document import RemovalReason
    from embed.structure.report import Level, ReportKind, Role
    from service.cli.inspect_view import NAMES, REASONS, ROLES

    assert set(ROLES) == set(Role)
    assert set(NAMES) == set(Level) | set(ReportKind)
    assert set(REASONS) == set(RemovalReason)


def test_the_command_is_cheap_to_import() -> None:
    code = (
        "import sys; import service.cli.inspect; print(sorted({'numpy', 'rich', 'embed.reading'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
