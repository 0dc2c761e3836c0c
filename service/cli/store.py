"""`bijian store`: verify, stats, jobs, compact, rollback."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from embed.exceptions import StoreError
from service.cli.options import format_option, read_settings, settings_options
from service.cli.tables import print_table, size

__all__ = ["command"]

WAIT = click.option("--wait", type=float, default=0.0, show_default=True, help="等待其他写入者的秒数 · seconds to wait")


@click.group(help="存储：校验、统计、整理、回退 · The store: verify, stats, jobs, compact, rollback")
def command() -> None:
    """The group of the store's commands."""


def _open(given: dict[str, Any]) -> Any:  # noqa: ANN401 - a store, whose module is imported late
    settings = read_settings(given)
    from embed.index import Store

    return Store.open(settings.store)


@command.command(help="逐字节校验，并可修复 · Check every byte; mend with --repair")
@click.option("--repair", is_flag=True, help="修复 · mend what can be mended")
@settings_options("store")
@format_option("table", "json")
def verify(repair: bool, form: str, **given: object) -> int:
    store = _open(given)
    from embed.index import verify as checks

    damages = checks.verify(store)
    done = checks.repair(store) if repair and damages else []
    left = checks.verify(store) if done else damages
    if form == "json":
        click.echo(
            json.dumps({"damaged": [asdict(d) for d in damages], "done": done, "left": [asdict(d) for d in left]})
        )
    else:
        for damage in damages:
            click.echo(f"✗ {damage.file}: {damage.what}\n  → {damage.remedy}")
        for line in done:
            click.echo(f"✓ {line}")
        click.echo("存储完好 · the store is whole" if not left else f"损坏 · damaged: {len(left)}")
    return StoreError.exit_code if left else 0


@command.command(help="统计 · Figures of the store")
@settings_options("store")
@format_option("table", "json")
def stats(form: str, **given: object) -> int:
    store = _open(given)
    from embed.index import upkeep

    value = upkeep.stats(store)
    if form == "json":
        click.echo(json.dumps(value, ensure_ascii=False))
        return 0
    rows = [("存储 · store", value["store"]), ("当前版本 · generation", str(value["generation"]))]
    if "model" in value:
        index = value["index"]
        recall = "" if index["recall"] is None else f", recall@10 {index['recall']:.4f}（实测 measured）"
        kinds = {"exact": "逐段比较 every passage is compared"}
        rows += [
            ("模型 · model", f"{value['model']} ({value['fingerprint']}, {value['dimension']})"),
            ("文件 · documents", str(value["reports"])),
            ("段落 · passages", f"{value['passages']}（可检索 searchable {value['searchable']}）"),
            ("词汇 · vocabulary", str(value["vocabulary"])),
            ("索引 · index", f"{kinds.get(index['kind'], index['kind'])}{recall}"),
        ]
    rows += [(f"版本 · generation {n}", size(bytes_)) for n, bytes_ in value["generations"].items()]
    rows += [("向量 · vectors", size(value["vectors_bytes"])), ("目录 · catalog", size(value["catalog_bytes"]))]
    print_table((), rows)
    return 0


@command.command(help="最近的任务 · The last jobs")
@settings_options("store")
@format_option("table", "json")
def jobs(form: str, **given: object) -> int:
    store = _open(given)
    from embed.index import upkeep

    listed = upkeep.recent_jobs(store)
    if form == "json":
        click.echo(json.dumps(listed, ensure_ascii=False))
        return 0
    rows = [(str(j["id"]), j["command"], _moment(j["started"]), _moment(j["finished"]), j["state"]) for j in listed]
    print_table(("", "命令 command", "开始 started", "结束 finished", "状态 state"), rows)
    return 0


def _moment(stamp: str | None) -> str:
    """A moment in UTC as the audit shows it: 2026-01-31T08:00:00Z."""
    return (stamp or "").replace("+00:00", "Z")


@command.command(help="整理，释放空间 · Give back space that nothing needs")
@WAIT
@settings_options("store")
def compact(wait: float, **given: object) -> int:
    store = _open(given)
    from embed.index import upkeep

    done = upkeep.compact(store, wait=wait)
    click.echo(f"{size(done.bytes_before)} → {size(done.bytes_after)}")
    return 0


@command.command(help="回到先前版本 · Go back to an earlier generation, by default the one before")
@click.argument("generation", type=int, required=False)
@WAIT
@settings_options("store")
def rollback(generation: int | None, wait: float, **given: object) -> int:
    store = _open(given)
    from embed.index import upkeep

    click.echo(f"当前版本 · current generation {upkeep.rollback(store, generation, wait=wait)}")
    return 0
