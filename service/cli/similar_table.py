"""Answers of bijian similar as a table for people, 80 columns wide."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.similar.answer import Alignment, Hit, Kind, Operation, SimilarAnswer

__all__ = ["KIND_WORDS", "marked", "show"]

KIND_WORDS = {Kind.VERBATIM: "照抄 verbatim", Kind.EDITED: "改写 edited", Kind.SIMILAR: "相似 similar"}
_STYLES = {
    Operation.LOCAL: "dim",
    Operation.REPLACE: "bold",
    Operation.INSERT: "underline",
    Operation.DELETE: "underline",
}
_EXCERPT = 110


def show(answer: SimilarAnswer, console: Console | None = None) -> None:
    """Print an answer: one block for each part of a long text, one row a hit."""
    console = console or Console(soft_wrap=False)
    for note in answer.notes:
        console.print(Text(note, style="dim"))
    if answer.parts:
        for part in answer.parts:
            console.print(Text(f"▎{part.text[:60]}", style="bold"))
            _table(console, list(part.hits), [g.name for g in part.groups for _ in g.hits])
    elif answer.hits:
        names = [f"{g.name}（另有 {g.more}）" if g.more else g.name for g in answer.groups for _ in g.hits]
        _table(console, list(answer.hits), names)
    if answer.shortfall:
        short = answer.shortfall
        console.print(Text(f"{short.reason} · {short.reason_en}（{short.given}/{short.wanted}）", style="yellow"))
    if answer.cursor:
        console.print(Text(f"下一页 · next page: --cursor {answer.cursor}", style="dim"))


def _table(console: Console, hits: list[Hit], groups: list[str]) -> None:
    table = Table(width=min(console.width, 80), show_lines=True, pad_edge=False)
    table.add_column("相似度\nscore", width=11, overflow="fold")
    table.add_column("地区 · 年度\nplace · year", width=20, overflow="fold")
    table.add_column("段落 · passage", overflow="fold")
    for i, hit in enumerate(hits):
        kind = "" if hit.kind is Kind.SIMILAR else f"\n{KIND_WORDS[hit.kind]}"
        score = Text(f"{hit.score:.0f} {hit.word}{kind}")
        citation = hit.citation
        place = (groups[i] + "\n" if i < len(groups) else "") + (citation.place or "地区不详")
        where = Text(f"{place}\n{citation.year or '年度不详'}")
        excerpt = hit.text if len(hit.text) <= _EXCERPT else hit.text[:_EXCERPT] + "…"
        also = f"\n另见 {len(hit.also_in)} 处 · also in {len(hit.also_in)}" if hit.also_in else ""
        table.add_row(score, where, Text(f"{excerpt}{also}\n{hit.passage}"))
    console.print(table)


def marked(alignment: Alignment, query: str, hit: str) -> tuple[Text, Text]:
    """Both texts of an alignment: what was replaced in bold, what only one has underlined; plain where not copied."""
    if alignment.kind is Kind.SIMILAR:
        return Text(query), Text(hit)
    left, right = Text(), Text()
    for span in alignment.spans:
        style = _STYLES.get(span.operation, "")
        left.append(span.query_text, style)
        right.append(span.hit_text, style)
    return left, right
