"""The cluster report as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.cluster_report.content import ClusterReport, ClusterRow, Quote, RoleTable
from service.cluster_report.terms import Terms, terms

__all__ = ["write_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_STARTS = re.compile(r"^(\s*)([-+>=]|\d+[.)])")


def plain(text: str) -> str:
    """A text with everything that Markdown or HTML would read as a mark made plain, on one line."""
    flat = " ".join(text.split())
    escaped = _SPECIAL.sub(r"\\\1", flat).replace("&", "&amp;").replace("\\<", "&lt;").replace("\\>", "&gt;")
    return _STARTS.sub(lambda m: f"{m[1]}\\{m[2]}", escaped)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(plain(cell) for cell in head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(plain(cell) for cell in row) + " |" for row in rows]
    return [*lines, ""]


def _quote(quote: Quote) -> list[str]:
    return [f"> {plain(quote.text)}", ">", f"> — {plain(quote.citation)}", ""]


def write_markdown(content: ClusterReport) -> bytes:
    """The file's bytes, UTF-8."""
    words = terms(content.lang)
    lines = [f"# {plain(content.title)}", "", plain(content.scope), "", f"## {words['summary']}", ""]
    lines += [f"- {plain(line)}" for line in content.summary] + [""]
    lines += [f"- {plain(line)}" for line in content.warnings]
    for table in content.tables:
        lines += _role(table, words)
    lines += _heat(content, words) + _spreads(content, words) + _coverage(content, words)
    lines += [f"## {words['distinctive']}", ""]
    for quote in content.distinctive:
        lines += _quote(quote)
    lines += [f"## {words['reuse']}", "", words.count(content.reuse_count), ""]
    for family in content.reuse:
        lines += [
            f"### {family.passages} {words['passages']}, {family.regions} {words['regions']} {family.cluster}",
            "",
        ]
        for quote in family.quotes:
            lines += _quote(quote)
    lines += _gaps(content, words)
    lines += [f"## {words['method']}", ""]
    lines += [f"- {plain(name)}：{plain(value)}" for name, value in content.method] + [""]
    lines += [f"### {words['limits']}", "", *(f"- {plain(line)}" for line in content.limits), ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _role(table: RoleTable, words: Terms) -> list[str]:
    lines = [f"## {table.title}", ""]
    if not table.rows:
        return [*lines, words["no_data"], ""]
    head = [words[k] for k in ("id", "name", "outline", "reports", "interval", "regions", "passages", "trend")]
    lines += _table(
        head,
        (
            (
                row.id,
                row.name,
                row.outline,
                words.rate(row.share),
                words.interval(row.share),
                words.count(row.regions),
                str(row.passages),
                words.trend(row.trend),
            )
            for row in table.rows
        ),
    )
    lines += [f"{words['alone']}：{table.alone}/{table.passages}", ""]
    for row in table.rows:
        if row.representative:
            lines += _cluster(row, words)
    return lines


def _cluster(row: ClusterRow, words: Terms) -> list[str]:
    levels = "；".join(f"{words.level(level)} {words.rate(rate)}" for level, rate in row.levels.items())
    lines = [f"### {row.id} {plain(row.name)}", "", plain(row.description), "", f"- {words['levels']}：{plain(levels)}"]
    if row.years:
        years = "；".join(f"{year} {words.rate(rate)}" for year, rate in row.years.items())
        lines.append(f"- {words['years']}：{plain(years)}")
    if row.again:
        again = "；".join(f"{place}（{'、'.join(map(str, years))}）" for place, years in row.again[:8])
        lines.append(f"- {words['again']}：{plain(again)}")
    lines += [f"- {words['terms']}：{plain('、'.join(row.terms))}", ""]
    for quote in row.representative:
        lines += _quote(quote)
    return lines


def _heat(content: ClusterReport, words: Terms) -> list[str]:
    if content.heat is None:
        return []
    head = [words["region"], words["reports"], *(identity for identity, _ in content.heat.columns)]
    rows = (
        [row.region, str(row.reports), *(str(cell.count.number) if cell else "" for cell in row.cells)]
        for row in content.heat.rows
    )
    return [f"## {words['heat']}", "", *_table(head, rows)]


def _spreads(content: ClusterReport, words: Terms) -> list[str]:
    lines = [f"## {words['diffusion']}", ""]
    if len({year.year for spread in content.spreads for year in spread.years}) < 2:
        return [*lines, words["no_years"], ""]
    head = [words[k] for k in ("name", "first", "year", "reports", "fresh", "total")]
    rows = [
        (
            s.name,
            f"{s.first_year} {'；'.join(s.first_places)}",
            str(y.year),
            words.rate(y.share),
            str(y.fresh),
            str(y.total),
        )
        for s in content.spreads
        for y in s.years
    ]
    return lines + _table(head, rows)


def _coverage(content: ClusterReport, words: Terms) -> list[str]:
    if content.coverage is None:
        return []
    head = [words[k] for k in ("item", "name", "reports", "passages")]
    rows = (
        (row.item.code, row.item.title, words.rate(row.reports), str(row.passages)) for row in content.coverage.rows
    )
    never = "、".join(item.title for item in content.coverage.never) or words["none"]
    return [f"## {words['coverage']}", "", *_table(head, rows), f"{words['never']}：{plain(never)}", ""]


def _gaps(content: ClusterReport, words: Terms) -> list[str]:
    lines = [f"## {words['gaps']}", "", f"### {words['open_problems']} {words.count(content.open_problems_count)}", ""]
    for entry in content.open_problems:
        lines += _quote(entry.quote)
    lines += [f"### {words['open_plans']} {words.count(content.open_plans_count)}", ""]
    for entry in content.open_plans:
        lines += _quote(entry.quote)
    if content.follow_ups:
        rows = ((f.problem, f.measure, words.count(f.units)) for f in content.follow_ups)
        lines += [f"### {words['follow_ups']}", "", *_table([words[k] for k in ("problem", "measure", "units")], rows)]
    return lines
