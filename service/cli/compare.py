"""bijian compare: two reports, or two passages, side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from service.similar import CompareAnswer

__all__ = ["command"]

_DIRECTIONS = {
    "earlier": "B 在前 · B is earlier",
    "later": "B 在后 · B is later",
    "unknown": "先后不明 · order unknown",
}


@click.command("compare", help="对照两份报告或两个段落 · Lay two reports or passages side by side")
@click.argument("a")
@click.argument("b")
@settings_options("store")
@format_option("table", "json")
def command(a: str, b: str, form: str, **given: Any) -> None:  # noqa: ANN401 - click's own values
    """Pair the passages of A with those of B and show what they share. A and B are ids."""
    from embed.index import Store
    from service.similar import compare

    with Store.open(read_settings(given).store).current() as generation:
        answer = compare(generation, a, b)
    if form == "json":
        click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    else:
        _show(answer)


def _show(answer: CompareAnswer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from service.cli.similar_table import KIND_WORDS, marked
    from service.similar import Kind

    console = Console()
    for name, card, share in (("A", answer.a, answer.shared_a), ("B", answer.b, answer.shared_b)):
        line = f"{name}  {card.place or '地区不详'} {card.year or '年度不详'}  {card.title or card.file}"
        console.print(Text(f"{line}  共用文字 shared {share:.0%}"))
    console.print(Text(_DIRECTIONS[answer.direction]))
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("相似度\nscore", width=11, overflow="fold")
    table.add_column("A", overflow="fold")
    table.add_column("B", overflow="fold")
    for pair in answer.pairs:
        flags = "".join(f"\n⚑ {c.query_text}→{c.hit_text}" for c in pair.conflicts[:3])
        left, right = marked(pair.alignment, pair.a_text, pair.b_text)
        kind = "" if pair.alignment.kind is Kind.SIMILAR else f"\n{KIND_WORDS[pair.alignment.kind]}"
        table.add_row(Text(f"{pair.score:.0f} {pair.word}{kind}{flags}"), left, right)
    console.print(table)
    console.print(Text(f"只在 A · only in A: {len(answer.only_a)}    只在 B · only in B: {len(answer.only_b)}"))
