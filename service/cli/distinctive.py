"""bijian distinctive: passages that nobody else has anything like."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from service.similar import DistinctiveAnswer

__all__ = ["command"]


@click.command("distinctive", help="别处没有的做法 · Passages without a near neighbour elsewhere")
@click.argument("report", required=False)
@settings_options("store")
@click.option("--k", type=int, default=20, show_default=True, help="最多几条 · how many")
@format_option("table", "json")
def command(report: str | None, k: int, form: str, **given: Any) -> None:  # noqa: ANN401 - click's own values
    """Rank the passages of REPORT (an id), or of the store, whose nearest neighbour in another region is farthest."""
    from embed.index import Store
    from service.similar import distinctive

    with Store.open(read_settings(given).store).current() as generation:
        answer = distinctive(generation, report, k=k)
    if form == "json":
        click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    else:
        _show(answer)


def _show(answer: DistinctiveAnswer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for note in answer.notes:
        console.print(Text(note, style="dim"))
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("独特性\nrarity", justify="right", width=6)
    table.add_column("地区 · 年度\nplace · year", width=22, overflow="fold")
    table.add_column("段落 · passage", overflow="fold")
    for one in answer.passages:
        where = f"{one.citation.place or '地区不详'}\n{one.citation.year or '年度不详'}"
        table.add_row(f"{one.score:.0f}", Text(where), Text(f"{one.text[:110]}\n{one.passage}"))
    console.print(table)
    console.print(Text(f"共比较 {answer.searched} 段 · passages compared: {answer.searched}"))
