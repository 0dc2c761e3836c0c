"""`bijian report`: write the cluster report."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.opening import encoder_opener
from service.cli.options import read_settings, settings_options

__all__ = ["command"]

KNOWN = ("html", "md", "json", "xlsx", "docx")


def _forms(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    forms = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    wrong = [form for form in forms if form not in KNOWN]
    if wrong or not forms:
        raise click.BadParameter(f"expected some of {', '.join(KNOWN)}, got {value!r}")
    return forms


def _years(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int | None, int | None]:
    if value is None:
        return None, None
    first, dash, last = value.partition("-")
    try:
        begin = int(first) if first else None
        end = (int(last) if last else None) if dash else begin
    except ValueError:
        raise click.BadParameter(f"expected a year (2024) or a span (2021-2024), got {value!r}") from None
    if begin is not None and end is not None and begin > end:
        raise click.BadParameter(f"expected the earlier year first, got {value!r}")
    return begin, end


@click.command(help="生成聚类报告 · Write the cluster report")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="输出目录 · output folder")
@click.option(
    "--format",
    "forms",
    default="html",
    show_default=True,
    callback=_forms,
    help="格式，逗号分隔 · html,md,json,xlsx,docx",
)
@click.option("--region", "regions", multiple=True, help="行政区划代码，可重复 · division code, may be repeated")
@click.option("--year", "years", callback=_years, help="年度，如 2024 或 2021-2024 · year or span")
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice(["province", "city", "county", "township", "department"]),
    help="层级，可重复 · level, may be repeated",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["measure", "problem", "cause", "plan"]),
    help="只写某类段落，可重复 · only these roles, may be repeated [all]",
)
@settings_options("store", "model", "engine", "cache", "threads", "lang")
def command(
    out: Path,
    forms: tuple[str, ...],
    regions: tuple[str, ...],
    years: tuple[int | None, int | None],
    levels: tuple[str, ...],
    roles: tuple[str, ...],
    **given: object,
) -> int:
    settings = read_settings(given)
    from embed.index import Filter, Store
    from embed.structure.report import Level, Role
    from service.cluster_report import NEEDED_ROLES, build, write
    from service.clusters import load

    where = Filter(
        regions=regions, year_from=years[0], year_to=years[1], levels=tuple(Level(level) for level in levels)
    )
    store = Store.open(settings.store)
    clustering = load(store, roles=NEEDED_ROLES, encoder=encoder_opener(settings), threads=settings.threads or 2)
    with store.current() as generation:
        shown = tuple(Role(role) for role in roles)
        content = build(generation, clustering, where=where, lang=settings.lang, shown=shown)
    for path in write(content, out, forms):
        click.echo(str(path))
    if not content.reports:
        click.echo("没有符合条件的报告，生成的是空报告 · no report fits: what was written is empty", err=True)
    return 0
