"""`bijian clusters`: common measures and recurring problems."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options
from service.settings import Settings

if TYPE_CHECKING:
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters import Clustering

__all__ = ["command"]


@click.group(
    invoke_without_command=True,
    help="常见举措与反复出现的问题 · Common measures and recurring problems",
    subcommand_metavar="[COMMAND]",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["measure", "problem", "plan", "cause"]),
    help="段落类型，可重复 · role of the passages, may be repeated [measure, problem]",
)
@click.option("--fineness", type=click.FloatRange(-1, 1), help="粗细，越大越细 · higher gives finer clusters")
@click.option("--top", type=int, default=25, show_default=True, help="每类最多显示几个 · clusters shown of each role")
@click.option("--anew", is_flag=True, help="重新聚类 · cluster again, even if a clustering is kept")
@settings_options("store", "model", "engine", "cache", "threads")
@format_option("table", "json")
@click.pass_context
def command(
    context: click.Context,
    /,
    roles: tuple[str, ...],
    fineness: float | None,
    top: int,
    anew: bool,
    form: str,
    **given: object,
) -> int:
    settings = read_settings(given)
    context.obj = settings
    if context.invoked_subcommand is not None:
        return 0
    clustering = _load(settings, roles, fineness=fineness, anew=anew)
    if form == "json":
        from service.clusters import plain

        click.echo(json.dumps(plain(clustering), ensure_ascii=False))
        return 0
    _show(clustering, top)
    return 0


def _load(
    settings: Settings, roles: Sequence[str] = (), *, fineness: float | None = None, anew: bool = False
) -> Clustering:
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters import Parameters, load

    return load(
        Store.open(settings.store),
        roles=tuple(Role(role) for role in roles) or (Role.MEASURE, Role.PROBLEM),
        parameters=Parameters() if fineness is None else Parameters(fineness=fineness),
        encoder=encoder_opener(settings),
        threads=settings.threads or 2,
        anew=anew,
    )


def _settings(context: click.Context, given: dict[str, object]) -> Settings:
    """The settings of a subcommand: its own options over those given before its name."""
    if any(value is not None for value in given.values()):
        return read_settings(given)
    settings: Settings = context.obj
    return settings


@command.command(help="与上一次聚类相比的变化 · What changed since the clustering before")
@settings_options("store")
@format_option("table", "json")
@click.pass_context
def diff(context: click.Context, /, form: str, **given: object) -> int:
    settings = _settings(context, given)
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters.editing import changes_of

    store = Store.open(settings.store)
    changes = [change for role in (Role.MEASURE, Role.PROBLEM) if (change := changes_of(store, role)) is not None]
    if form == "json":
        click.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False))
        return 0
    kinds = {"born": "新增 born", "ended": "消失 ended", "split": "分出 split from", "merged": "并入 merged into"}
    if not changes or not any(change.before for change in changes):
        click.echo("还没有更早的聚类可比 · there is no earlier clustering to compare with")
        return 0
    for change in changes:
        click.echo(f"{change.role}: 保持 kept {change.kept}/{change.of}")
        for event in change.events:
            name = change.names.get(event.cluster, "")
            click.echo(f"  {kinds[event.kind]} {event.cluster} {name} {' '.join(event.others)}".rstrip())
    return 0


def _edited(context: click.Context, cluster: str, given: dict[str, object]) -> tuple[Store, Clustering, Settings]:
    from embed.index import Store
    from service.clusters.editing import role_of

    settings = _settings(context, given)
    return Store.open(settings.store), _load(settings, [str(role_of(cluster))]), settings


@command.command(help="改名，重新索引后仍有效 · Give a cluster a name that stays")
@click.argument("cluster")
@click.argument("name")
@settings_options("store")
@click.pass_context
def rename(context: click.Context, /, cluster: str, name: str, **given: object) -> int:
    from service.clusters import editing

    store, clustering, _ = _edited(context, cluster, given)
    editing.rename_cluster(store, clustering, cluster, name)
    click.echo(f"{cluster}: {' '.join(name.split())}")
    return 0


@command.command(help="把几类并入一类 · Merge clusters into one")
@click.argument("cluster")
@click.argument("others", nargs=-1, required=True)
@settings_options("store")
@click.pass_context
def merge(context: click.Context, /, cluster: str, others: tuple[str, ...], **given: object) -> int:
    from service.clusters import editing

    store, clustering, settings = _edited(context, cluster, given)
    editing.merge(store, clustering, cluster, others)
    return _after(settings, cluster, "已并入 merged")


@command.command(help="把一些段落分为新的一类 · Split passages off into a cluster of their own")
@click.argument("cluster")
@click.argument("passages", nargs=-1, required=True)
@settings_options("store")
@click.pass_context
def split(context: click.Context, /, cluster: str, passages: tuple[str, ...], **given: object) -> int:
    from service.clusters import editing

    store, clustering, settings = _edited(context, cluster, given)
    return _after(settings, editing.split(store, clustering, cluster, passages), "已分出 split off")


@command.command(help="固定一类的成员与编号 · Keep a cluster's members together under its id")
@click.argument("cluster")
@settings_options("store")
@click.pass_context
def pin(context: click.Context, /, cluster: str, **given: object) -> int:
    from service.clusters import editing

    store, clustering, settings = _edited(context, cluster, given)
    editing.pin(store, clustering, cluster)
    return _after(settings, cluster, "已固定 pinned")


@command.command(help="撤销固定、合并或拆分 · Take back a pin, merge or split")
@click.argument("cluster")
@settings_options("store")
@click.pass_context
def unpin(context: click.Context, /, cluster: str, **given: object) -> int:
    from service.clusters import editing

    store, clustering, settings = _edited(context, cluster, given)
    editing.unpin(store, clustering, cluster)
    return _after(settings, cluster, "不再固定 no longer pinned")


@command.command(
    help="由已配置的语言模型接口起名（会发送段落文字） · Names from the configured endpoint; passages are sent to it"
)
@click.option("--role", "roles", multiple=True, type=click.Choice(["measure", "problem", "plan", "cause"]))
@click.option("--top", type=int, default=50, show_default=True, help="每类最多几个 · clusters of each role")
@click.option("--clear", is_flag=True, help="撤销接口所起的名称 · take such names back")
@settings_options("store")
@click.pass_context
def name(context: click.Context, /, roles: tuple[str, ...], top: int, clear: bool, **given: object) -> int:
    settings = _settings(context, given)
    from embed.index import Store
    from service.clusters.endpoint import KEY_VARIABLE, Endpoint, forget_names, name_clusters

    store = Store.open(settings.store)
    if clear:
        click.echo(f"{forget_names(store, _load(settings, roles))} 个名称已撤销 · names taken back")
        return 0
    endpoint = Endpoint.of(settings, os.environ.get(KEY_VARIABLE, ""))
    clustering = _load(settings, roles)
    with store.current() as generation:
        named = name_clusters(store, generation, clustering, endpoint, most=top)
    for cluster, given_name in named.names.items():
        click.echo(f"{cluster} {given_name}")
    for cluster, reason in named.failures:
        click.echo(f"  ✗ {cluster}: {reason}（沿用原名 · keeps its name）", err=True)
    return 0


def _after(settings: Settings, cluster_id: str, done: str) -> int:
    """Cluster again with the change, and say what was done and what the cluster is now."""
    cluster = _load(settings, [str(_role(cluster_id))]).cluster(cluster_id)
    if cluster is None:
        click.echo(f"{done}: {cluster_id}（0 段 passages）")
    else:
        click.echo(f"{done}: {cluster.id} {cluster.name}（{len(cluster.members)} 段 passages）")
    return 0


def _role(cluster_id: str) -> Role:
    from service.clusters.editing import role_of

    return role_of(cluster_id)


def _show(clustering: Clustering, top: int) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    titles = {
        "measure": "常见举措 · Common measures",
        "problem": "存在问题 · Problems",
        "plan": "工作打算 · Plans",
        "cause": "问题原因 · Causes",
    }
    for role, clusters in clustering.roles.items():
        table = Table(title=titles.get(str(role), str(role)), title_justify="left", box=None, pad_edge=False)
        table.add_column("编号 id", no_wrap=True)
        table.add_column("名称 name", ratio=1, overflow="fold")
        table.add_column("报告 reports", justify="right", no_wrap=True)
        table.add_column("地区 regions", justify="right", no_wrap=True)
        table.add_column("段落 passages", justify="right", no_wrap=True)
        if not clusters.clusters:
            console.print(f"{table.title}\n  没有聚类 · no clusters")
        for cluster in clusters.clusters[:top]:
            table.add_row(
                cluster.id,
                escape(cluster.name),
                f"{cluster.reports.number}/{cluster.reports.of}",
                f"{cluster.regions.number}/{cluster.regions.of}",
                str(len(cluster.members)),
            )
        if clusters.clusters:
            console.print(table)
        more = len(clusters.clusters) - top
        rest = f"；另有 {more} 类 · {more} more" if more > 0 else ""
        console.print(
            f"  单独成段（未归类）{len(clusters.unclustered)} / {clusters.passages} 段 · passages left alone{rest}\n"
        )
    for warning in clustering.warnings:
        console.print(f"注意 · note: {warning}", markup=False)
