"""`bijian remove`: take reports out for good, or back in."""

from __future__ import annotations

import click

from service.cli.options import format_option, read_settings, settings_options
from service.cli.tables import print_edits, user_name

__all__ = ["command"]


@click.command(help="移除报告，重新编入后仍然有效 · Take reports out, also when their files are indexed again")
@click.argument("reports", nargs=-1)
@click.option("--why", default="", help="原因 · the reason")
@click.option("--who", default=None, help="经手人 · who does it; default: the login name")
@click.option("--undo", is_flag=True, help="恢复 · take them back in")
@click.option("--list", "listing", is_flag=True, help="列出移除与更正 · list removals and corrections")
@click.option("--wait", type=float, default=0.0, show_default=True, help="等待其他写入者的秒数 · seconds to wait")
@settings_options("store")
@format_option("table", "json")
def command(
    reports: tuple[str, ...],
    why: str,
    who: str | None,
    undo: bool,
    listing: bool,
    wait: float,
    form: str,
    **given: object,
) -> int:
    settings = read_settings(given)
    from embed.index import Store, upkeep

    store = Store.open(settings.store)
    if listing:
        print_edits(upkeep.edits_in_force(store), form)
        return 0
    if not reports:
        raise click.UsageError("请给出报告编号 · name at least one report id, or use --list")
    if undo:
        number = upkeep.restore(store, reports, wait=wait)
    else:
        number = upkeep.remove(store, reports, who=who or user_name(), why=why, wait=wait)
    click.echo(f"版本 · generation {number}")
    return 0
