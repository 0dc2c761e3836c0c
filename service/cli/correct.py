"""`bijian correct`: set what was read wrongly; it survives every re-index and is recorded."""

from __future__ import annotations

from typing import Any

import click

from service.cli.options import format_option, read_settings, settings_options
from service.cli.tables import print_edits, user_name

__all__ = ["command"]

_HELP = {
    "region": "行政区划代码 · division code of 2, 4, 6 or 9 digits",
    "year": "报告年度 · the year reported on",
    "level": "层级 · province, city, county, township, department",
    "kind": "文种 · report, half_year, five_year, 述法, plan, news, interpretation, template, other",
    "department": "部门 · department, without its place",
    "title": "标题 · title",
    "issuer": "发布机关 · issuer",
    "published": "发布日期 · date, 2025-01-31",
    "doc_number": "文号 · document number",
    "url": "网址 · address",
}


def _field_options(function: Any) -> Any:  # noqa: ANN401 - a click callback
    for name in reversed(_HELP):
        function = click.option(f"--{name.replace('_', '-')}", name, default=None, help=_HELP[name])(function)
    return function


@click.command(help="更正报告信息，“”为清空 · Correct a report's metadata; an empty value clears a field")
@click.argument("report", required=False)
@_field_options
@click.option("--why", default="", help="原因 · the reason")
@click.option("--who", default=None, help="经手人 · who does it; default: the login name")
@click.option("--list", "listing", is_flag=True, help="列出更正与移除 · list corrections and removals")
@click.option("--wait", type=float, default=0.0, show_default=True, help="等待其他写入者的秒数 · seconds to wait")
@settings_options("store")
@format_option("table", "json")
def command(
    report: str | None, why: str, who: str | None, listing: bool, wait: float, form: str, **given: object
) -> int:
    changes = {name: str(value) for name in _HELP if (value := given.pop(name)) is not None}
    settings = read_settings(given)
    from embed.index import Store, upkeep

    store = Store.open(settings.store)
    if listing:
        print_edits(upkeep.edits_in_force(store), form)
        return 0
    if report is None:
        raise click.UsageError("请给出报告编号 · name a report id, or use --list")
    number = upkeep.correct(store, report, dict(changes), who=who or user_name(), why=why, wait=wait)
    click.echo(f"版本 · generation {number}")
    return 0
