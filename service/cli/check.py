"""bijian check: a draft checked in private; nothing of it is stored."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from embed.exceptions import InputError
from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from embed.reading import SourceDocument
    from service.similar import DraftAnswer

__all__ = ["command"]

_CONFLICTS = {"number": "数字 number", "date": "日期 date", "unit": "单位 unit", "polarity": "正反 polarity"}


@click.command("check", help="检查一份稿件，不保存任何内容 · Check a draft; nothing is stored")
@click.argument("file", type=click.Path(path_type=Path))
@settings_options("store", "model", "engine", "cache", "threads")
@click.option("--k", type=int, default=3, show_default=True, help="每段几条 · hits of each passage")
@click.option("--home", help="稿件所属区划代码 · the code of the division that the draft is about")
@format_option("table", "json")
def command(file: Path, k: int, home: str | None, form: str, **given: Any) -> None:  # noqa: ANN401 - click's own values
    """Show what FILE resembles, what of another region was left in it, and what contradicts its sources."""
    settings = read_settings(given)
    source = _read(file)
    from embed.index import Store
    from service.similar import check_draft

    with Store.open(settings.store).current() as generation:
        answer = check_draft(generation, encoder_opener(settings)(), source, k=k, home=home)
    if form == "json":
        click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    else:
        _show(answer)


def _read(file: Path) -> SourceDocument:
    from embed.reading import ReadFailure, read_documents

    for document in read_documents(file):
        if isinstance(document, ReadFailure):
            raise InputError(f"{file} cannot be read: {document.message}", hint=document.hint)
        return document
    raise InputError(f"{file} cannot be read: there is no document in it.")


def _show(answer: DraftAnswer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from service.cli.similar_table import KIND_WORDS
    from service.similar import Kind

    console = Console()
    console.print(Text(f"地区 place: {answer.place or '未写明'}    年度 year: {answer.year or '未写明'}"))
    if not answer.parts:
        console.print(Text("稿件中没有可比对的段落 · the draft holds no passage to compare"))
        return
    copied = f"照抄 verbatim {answer.verbatim}，改写 edited {answer.edited}"
    console.print(Text(f"{len(answer.parts)} 段 passages：{copied}，与他处共用文字 shared {answer.share:.0%}"))
    console.print(Text(f"已比对文字 characters compared: {answer.covered:.0%}"))
    for note in answer.notes:
        console.print(Text(note, style="dim"))
    for residue in answer.residue:
        place = f"第 {residue.start}–{residue.end} 字"
        console.print(Text(f"⚑ 外地残留 foreign name: {residue.name}（{residue.region}）{place}", style="red"))
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("稿件段落 · passage", overflow="fold")
    table.add_column("最相似 · nearest", width=38, overflow="fold")
    for part in answer.parts:
        if not part.hits:
            continue
        hit = part.hits[0]
        kind = "" if hit.kind is Kind.SIMILAR else f" {KIND_WORDS[hit.kind]}"
        lines = [f"{hit.score:.0f} {hit.word}{kind}", f"{hit.citation.place or '地区不详'} {hit.citation.year or ''}"]
        if part.template.above is not None:
            lines.append(f"去套话后 without formulae: {part.template.above:.0f}（套话 {part.template.share:.0%}）")
        flags = [f"⚑ {_CONFLICTS[c.kind]}: {c.query_text} / {c.hit_text}" for _, c in part.conflicts[:3]]
        table.add_row(Text(part.text[:90]), Text("\n".join([*lines, hit.text[:60], *flags])))
    if table.row_count:
        console.print(table)
