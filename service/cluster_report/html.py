"""The cluster report as one HTML file: offline, no script, printable, every text of a report escaped."""

from __future__ import annotations

from functools import partial
from importlib.resources import files

from service.cluster_report.charts import bars, fit, heat_cells, passage_map, spread_chart
from service.cluster_report.content import ClusterReport
from service.cluster_report.terms import terms

__all__ = ["write_html"]


def write_html(content: ClusterReport) -> bytes:
    """The file's bytes, UTF-8."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    words = terms(content.lang)
    folder = files("service.cluster_report").joinpath("templates")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(folder.joinpath("report.html").read_text(encoding="utf-8"))
    # The charts escape their labels themselves; the style sheet is our own file.
    text = template.render(
        r=content,
        w=words,
        css=Markup(folder.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704
        sections=_sections(content),
        bars=lambda rows: Markup(bars(rows, words)),  # noqa: S704
        passage_map=lambda value: Markup(passage_map(value, words)),  # noqa: S704
        spread_chart=lambda value: Markup(spread_chart(value)),  # noqa: S704
        fit=partial(fit),
        heat_cells=heat_cells(content.heat) if content.heat else [],
        several_years=len({year.year for spread in content.spreads for year in spread.years}) > 1,
    )
    return text.encode("utf-8", "replace")


def _sections(content: ClusterReport) -> list[tuple[str, str]]:
    words = terms(content.lang)
    sections = [("summary", words["summary"])]
    sections += [(str(table.role), table.title) for table in content.tables]
    if content.heat:
        sections.append(("heat", words["heat"]))
    sections.append(("diffusion", words["diffusion"]))
    sections += [(f"map-{m.role}", f"{words['map']}：{words.role(m.role)}") for m in content.maps if m.points]
    if content.coverage:
        sections.append(("coverage", words["coverage"]))
    return sections + [(key, words[key]) for key in ("distinctive", "reuse", "gaps", "method")]
