"""What `bijian inspect` prints: a report for people at 80 columns, or as JSON."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from embed.reading.document import Removal, RemovalReason
from embed.structure.report import Level, Metadata, Passage, Report, ReportKind, Role, Section
from service.cli.rule_names import named

__all__ = ["report_json", "show_report"]

ROLES = {
    Role.MEASURE: ("举措 measure", "green"),
    Role.PROBLEM: ("问题 problem", "red"),
    Role.CAUSE: ("原因 cause", "magenta"),
    Role.PLAN: ("打算 plan", "cyan"),
    Role.LEADERSHIP: ("履职 leadership", "yellow"),
    Role.BACKGROUND: ("其余 background", "bright_black"),
}
FIELDS = {
    "kind": "文种 kind",
    "title": "标题 title",
    "year": "年度 year",
    "published": "发布 published",
    "doc_number": "文号 number",
    "level": "层级 level",
    "region": "地区 region",
    "department": "部门 department",
    "issuer": "制发 issuer",
    "url": "网址 url",
}
NAMES: dict[object, str] = {
    ReportKind.REPORT: "年度报告 report",
    ReportKind.HALF_YEAR: "半年报告 half-year report",
    ReportKind.FIVE_YEAR: "五年报告 five-year report",
    ReportKind.DUTY: "述法报告 report on one person's duty",
    ReportKind.PLAN: "计划 plan",
    ReportKind.NEWS: "新闻 news",
    ReportKind.INTERPRETATION: "解读 interpretation",
    ReportKind.TEMPLATE: "范文模板 template",
    ReportKind.OTHER: "其他文件 other",
    Level.PROVINCE: "省级 province",
    Level.CITY: "市级 city",
    Level.COUNTY: "县级 county",
    Level.TOWNSHIP: "乡镇级 township",
    Level.DEPARTMENT: "部门 department",
}
REASONS = {
    RemovalReason.CHROME: "页面框架 page chrome",
    RemovalReason.PUBLICATION_LINE: "发布信息行 publication line",
    RemovalReason.CLOCK: "页面时钟 page clock",
    RemovalReason.PAGE_NUMBER: "页码 page number",
    RemovalReason.RUNNING_HEAD: "页眉页脚 running head",
    RemovalReason.INJECTED: "植入广告 injected advertising",
    RemovalReason.PINYIN_GLOSS: "拼音注 pinyin gloss",
    RemovalReason.INVISIBLE: "不可见字符 invisible characters",
    RemovalReason.LINE_BREAK: "段内换行 line break in a paragraph",
    RemovalReason.MOJIBAKE: "乱码修复 repaired mojibake",
    RemovalReason.TABLE: "表格成句 table said in sentences",
    RemovalReason.REPEATED: "重复 printed again",
}
_COUNT_ONLY = frozenset({RemovalReason.LINE_BREAK, RemovalReason.INVISIBLE, RemovalReason.PINYIN_GLOSS})
_QUOTE = 40
_EVIDENCE = 3  # pieces of evidence shown for a field
_UNSURE = 0.5  # a role below this confidence is marked
# What a terminal would obey, or what hides or turns the text around it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def report_json(report: Report, parts: Sequence[str]) -> dict[str, Any]:
    """One report as plain JSON values; `start` and `end` count code points of the decoded source text."""
    row: dict[str, Any] = {"id": report.id, "file": report.file, "sha256": report.sha256}
    if "metadata" in parts:
        row["metadata"] = asdict(report.metadata)
        published = report.metadata.published
        row["metadata"]["published"] = published.isoformat() if published else None
    if "outline" in parts:
        row["sections"] = [asdict(section) for section in report.sections]
    if "passages" in parts:
        row["passages"] = [{"id": report.passage_id(p.ordinal), **p._asdict()} for p in report.passages]
    if "removed" in parts:
        row["removals"] = [asdict(removal) for removal in report.removals]
    row["warnings"] = list(report.warnings)
    return row


def show_report(report: Report, parts: Sequence[str], console: Console | None = None) -> None:
    """Print one report for people. Text from the document is never read as markup or as control codes."""
    console = console or Console(highlight=False, file=sys.stdout)
    console.print(Rule(style="bright_black"))
    console.print(_text(report.file, "bold"), overflow="fold")
    for warning in report.warnings:
        console.print(_text(f"⚠ {warning}", "bold red"))
    views = {
        "metadata": lambda: _metadata(report.metadata),
        "outline": lambda: _outline(report.sections),
        "passages": lambda: _passages(report),
        "removed": lambda: _removed(report.removals),
    }
    for part in parts:
        console.print(views[part]())


def _text(value: str, style: str = "") -> Text:
    return Text(_CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", value), style=style)


def _head(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def _shorten(value: str, length: int = _QUOTE) -> str:
    line = " ".join(value.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


# ---------------------------------------------------------------- metadata


def _metadata(metadata: Metadata) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, label in FIELDS.items():
        table.add_row(label, Group(*_field(metadata, name)))
    return Group(_head("文件信息 · Metadata"), table)


def _field(metadata: Metadata, name: str) -> list[Text]:
    value = _value(metadata, name)
    lines = [_text(value) if value else Text("—", style="bright_black")]
    evidence = [piece for piece in metadata.evidence if piece.field == name]
    for piece in evidence[:_EVIDENCE]:
        place = f" @{piece.start}" if piece.start >= 0 else ""
        quote = f"：“{_shorten(piece.quote)}”" if piece.quote and piece.quote != value else ""
        lines.append(_text(f"据 {named(piece.rule)}{quote}{place}", "bright_black"))
    if len(evidence) > _EVIDENCE:
        lines.append(Text(f"另有 {len(evidence) - _EVIDENCE} 处依据 · more evidence", style="bright_black"))
    passed = [candidate for candidate in metadata.candidates if candidate.field == name]
    lines += [_text(f"未取 {candidate.value}（{named(candidate.reason)}）", "yellow") for candidate in passed]
    return lines


def _value(metadata: Metadata, name: str) -> str:
    if name == "region":
        region = metadata.region
        names = [part for part in (region.province, region.city, region.county, region.town) if part]
        return " ".join(names) + (f"（{region.code}）" if region.code else "")
    value = getattr(metadata, name)
    if name in ("kind", "level") and value in NAMES:
        return NAMES[value]
    return "" if value is None else " ".join(str(value).split())


# ---------------------------------------------------------------- outline and passages


def _outline(sections: Iterable[Section]) -> RenderableType:
    rows: list[RenderableType] = [_head("提纲 · Outline")]
    for section in sections:
        number = f"{section.number} " if section.number else ""
        rows.append(Padding(_text(f"{number}{section.heading}"), (0, 0, 0, 2 * (section.depth - 1))))
    if len(rows) == 1:
        rows.append(Text("没有标题 · no headings", style="bright_black"))
    return Group(*rows)


def _passages(report: Report) -> RenderableType:
    counts = Counter(passage.role for passage in report.passages)
    line = Text()
    for role, (label, style) in ROLES.items():
        if counts[role]:
            line.append(f"{label} {counts[role]}  ", style=style)
    rows: list[RenderableType] = [_head(f"段落 · Passages ({len(report.passages)})"), line]
    above: tuple[str, ...] | None = None
    for passage in report.passages:
        if passage.heading != above:
            above = passage.heading
            rows.append(_text("\n" + (" › ".join(above) or "（标题之前 · before any heading）"), "bold"))
        rows.extend(_passage(passage))
    return Group(*rows)


def _passage(passage: Passage) -> list[RenderableType]:
    label, style = ROLES[passage.role]
    sure = f"{passage.role_confidence:.2f}"
    head = Text(f"{passage.ordinal:>3} ", style="bright_black")
    head.append(label, style=style)
    head.append(f" {sure}{'？' if passage.role_confidence < _UNSURE else ''}", style="bright_black")
    head.append(f"  @{passage.start}–{passage.end}", style="bright_black")
    return [head, Padding(_text(passage.text), (0, 0, 0, 4))]


# ---------------------------------------------------------------- removals


def _removed(removals: Sequence[Removal]) -> RenderableType:
    rows: list[RenderableType] = [_head(f"删去与还原 · Removed and restored ({len(removals)})")]
    counts = Counter(removal.reason for removal in removals)
    for reason, count in counts.items():
        style = "bold red" if reason is RemovalReason.INJECTED else "bold"
        rows.append(Text(f"{REASONS[reason]} ×{count}", style=style))
        if reason in _COUNT_ONLY:
            continue
        for removal in removals:
            if removal.reason is reason:
                line = _text(f"@{removal.start}  {_shorten(removal.text, 56)}", "bright_black")
                if removal.replacement:
                    line.append_text(_text(f"  → {_shorten(removal.replacement)}", "green"))
                rows.append(Padding(line, (0, 0, 0, 4)))
    if not removals:
        rows.append(Text("没有 · nothing", style="bright_black"))
    return Group(*rows)
