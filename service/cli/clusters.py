"""`bijian clusters`: common measures and recurring problems."""

from __future__ import annotations

import json
from typing import Any

import click

from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options

__all__ = ["command"]


@click.command(help="常见举措与反复出现的问题 · Common measures and recurring problems")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["measure", "problem", "plan", "cause"]),
    help="段落类型，可重复 · role of the passages, may be repeated [measure, problem]",
)
@click.option("--fineness", type=click.FloatRange(-1, 1), help="粗细，越大越细 · higher gives finer clusters")
@click.option("--top", type=int, default=25, show_default=True, help="每类最多显示几个 · clusters shown of each role")
@settings_options("store", "model", "engine", "cache", "threads")
@format_option("table", "json")
def command(roles: tuple[str, ...], fineness: float | None, top: int, form: str, **given: object) -> int:
    settings = read_settings(given)
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters import Parameters, load

    chosen = tuple(Role(role) for role in roles) or (Role.MEASURE, Role.PROBLEM)
    parameters = Parameters() if fineness is None else Parameters(fineness=fineness)
    store = Store.open(settings.store)
    clustering = load(
        store, roles=chosen, parameters=parameters, encoder=encoder_opener(settings), threads=settings.threads or 2
    )
    if form == "json":
        from service.clusters.plain import plain

        click.echo(json.dumps(plain(clustering), ensure_ascii=False))
        return 0
    _show(clustering, top)
    return 0


def _show(clustering: Any, top: int) -> None:  # noqa: ANN401 - imported late
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    titles = {"measure": "常见举措 · Common measures", "problem": "存在问题 · Problems"}
    for role, clusters in clustering.roles.items():
        table = Table(title=titles.get(str(role), str(role)), title_justify="left", box=None, pad_edge=False)
        table.add_column("编号 id", no_wrap=True)
        table.add_column("名称 name", ratio=1)
        table.add_column("报告 reports", justify="right", no_wrap=True)
        table.add_column("地区 regions", justify="right", no_wrap=True)
        table.add_column("段落 passages", justify="right", no_wrap=True)
        for cluster in clusters.clusters[:top]:
            table.add_row(
                cluster.id,
                escape(cluster.name),
                f"{cluster.reports.number}/{cluster.reports.of}",
                f"{cluster.regions.number}/{cluster.regions.of}",
                str(len(cluster.members)),
            )
        console.print(table)
        more = len(clusters.clusters) - top
        rest = f"；另有 {more} 类 · {more} more" if more > 0 else ""
        console.print(
            f"  单独成段（未归类）{len(clusters.unclustered)} / {clusters.passages} 段 · passages left alone{rest}\n"
        )
    for warning in clustering.warnings:
        console.print(f"注意 · note: {warning}", markup=False)
