"""bijian reuse: where the wording of a report also stands; without a report, the largest copy families."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from service.similar import FamiliesAnswer, ReuseAnswer

__all__ = ["RELATION_WORDS", "command"]

RELATION_WORDS = {
    "own_earlier": "本单位往年 own earlier",
    "own_other": "本单位 own",
    "upper": "上级 upper level",
    "lower": "下级 lower level",
    "neighbour": "邻近 neighbour",
    "elsewhere": "外地 elsewhere",
}
_DIRECTIONS = {"earlier": "更早 earlier", "later": "更晚 later", "unknown": "先后不明 unknown"}


@click.command("reuse", help="一份报告的文字还见于何处 · Where the wording of a report also stands")
@click.argument("report", required=False)
@settings_options("store")
@click.option("--k", type=int, default=20, show_default=True, help="最多几组（未给报告时）· families, without a report")
@format_option("table", "json")
def command(report: str | None, k: int, form: str, **given: Any) -> None:  # noqa: ANN401 - click's own values
    """Show which passages of REPORT (an id) come from where; without REPORT, the store's largest copy families."""
    from embed.index import Store
    from service.similar import copy_families, reuse

    with Store.open(read_settings(given).store).current() as generation:
        answer = reuse(generation, report) if report else copy_families(generation, k=k)
    if form == "json":
        click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    elif report:
        _show(answer)  # type: ignore[arg-type]
    else:
        _show_families(answer)  # type: ignore[arg-type]


def _show(answer: ReuseAnswer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from service.cli.similar_table import KIND_WORDS

    console = Console()
    card = answer.report
    console.print(Text(f"{card.place or '地区不详'} {card.year or '年度不详'}  {card.title or card.file}"))
    copied = f"照抄 verbatim {answer.verbatim} · 改写 edited {answer.edited}"
    counts = f"{copied} · 独有 own {answer.own}（共 of {card.passages} 段）"
    console.print(Text(f"{counts}  共用文字 shared {answer.share:.0%}"))
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("段落 · passage", overflow="fold")
    table.add_column("出处 · also in", width=34, overflow="fold")
    for passage in answer.passages:
        for source in passage.sources[:1]:
            citation = source.citation
            where = f"{citation.place or '地区不详'} {citation.year or ''}\n{RELATION_WORDS[source.relation]}"
            kind = f"{KIND_WORDS[source.kind]} {source.share:.0%} · {_DIRECTIONS[source.direction]}"
            table.add_row(Text(passage.text[:80]), Text(f"{where}\n{kind}\n{source.passage}"))
    if table.row_count:
        console.print(table)
    for report in answer.sources:
        line = f"{report.card.place or '地区不详'} {report.card.year or ''}  {RELATION_WORDS[report.relation]}"
        console.print(Text(f"{line}  照抄 {report.verbatim} 改写 {report.edited}  占本报告 {report.share:.1%}"))


def _show_families(answer: FamiliesAnswer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(Text(f"{answer.searched} 段中有 {answer.total} 组近似副本，共 {answer.passages} 段 · copy families"))
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("段数\nsize", justify="right", width=5)
    table.add_column("地区\nplaces", justify="right", width=6)
    table.add_column("段落 · passage", overflow="fold")
    table.add_column("见于 · found in", width=30, overflow="fold")
    for family in answer.families:
        places = list(dict.fromkeys(f"{m.place or '地区不详'} {m.year or ''}" for m in family.members))
        shown = "\n".join(places[:4]) + (f"\n… 另 {len(places) - 4} 处" if len(places) > 4 else "")
        table.add_row(str(len(family.members)), str(family.regions), Text(family.text[:90]), Text(shown))
    if table.row_count:
        console.print(table)
