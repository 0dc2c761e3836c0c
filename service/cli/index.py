"""`bijian index`: read reports into a store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.clustering import keep_clusters
from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options
from service.cli.progress import Bars

if TYPE_CHECKING:
    from embed.index.readings import Failure
    from embed.pipeline import IndexOutcome
    from embed.structure.facts import Facts

__all__ = ["command", "expand", "present", "stated_facts"]

SOME_FAILED = 3
_LISTED = 20


@click.command(help="读取报告并编入存储 · Read reports into a store")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False), help="已知信息 CSV · a CSV of known facts")
@click.option("--prune", is_flag=True, help="移除已不存在的文件 · drop files that are gone")
@click.option("--wait", type=float, default=0.0, show_default=True, help="等待其他写入者的秒数 · seconds to wait")
@click.option("--watch", type=float, help="每隔若干秒再查一次 · look again every so many seconds, until interrupted")
@settings_options("store", "model", "engine", "cache", "threads")
@format_option("table", "json")
def command(
    files: tuple[Path, ...],
    manifest: Path | None,
    prune: bool,
    wait: float,
    watch: float | None,
    form: str,
    **given: object,
) -> int:
    settings = read_settings(given)
    from embed.index import Store
    from embed.models import cores_given, find_entry
    from embed.pipeline import IndexOptions, index_files

    find_entry(settings.model, settings.models_file)  # a wrong name is told at once, not after all has been read
    store = Store.open(settings.store, create=True)
    options = IndexOptions(prune=prune, wait=wait, workers=settings.threads or cores_given())
    opener = cache(encoder_opener(settings))
    first = True
    while True:
        with Bars() as bars:
            outcome = index_files(
                store, expand(files), opener, facts=stated_facts(manifest), progress=bars.show, options=options
            )
        if first or outcome.changed or not watch:
            present(outcome, settings.store, form)
            _note_other_model(outcome, settings.model)
        keep_clusters(store, outcome, opener, threads=options.workers, quiet=form == "json")
        first = False
        if not watch:
            return SOME_FAILED if outcome.failures else 0
        time.sleep(watch)


def expand(patterns: Sequence[Path]) -> list[Path]:
    """Paths as given; a pattern that names no file is matched against the disk."""
    paths: list[Path] = []
    for pattern in patterns:
        if pattern.exists() or not any(sign in str(pattern) for sign in "*?["):
            paths.append(pattern)
            continue
        root = Path(pattern.anchor) if pattern.is_absolute() else Path()
        relative = pattern.relative_to(pattern.anchor) if pattern.is_absolute() else pattern
        paths.extend(sorted(root.glob(str(relative))) or [pattern])
    return paths


def stated_facts(manifest: Path | None) -> dict[str, Facts] | None:
    """What a manifest states, by absolute path: names are relative to the working folder or to the manifest's own."""
    if manifest is None:
        return None
    from embed.structure import read_manifest

    stated = read_manifest(manifest)
    absent = [name for name in stated if not Path(name).exists() and not (manifest.parent / name).exists()]
    if absent:
        click.echo(
            f"清单中 {len(absent)} 个文件不存在 · {len(absent)} files of the manifest are not there: {absent[0]}"
            + (" …" if len(absent) > 1 else ""),
            err=True,
        )
    here = {os.path.abspath(name): facts for name, facts in stated.items()}  # noqa: PTH100 - links are not followed
    return here | {os.path.abspath(manifest.parent / name): facts for name, facts in stated.items()}  # noqa: PTH100


def present(outcome: IndexOutcome, store: Path, form: str) -> None:
    """Print what a run did."""
    if form == "json":
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    for label, value in _rows(outcome):
        table.add_row(label, value)
    console.print(table)
    for failure in outcome.failures[:_LISTED]:
        _print_failure(failure)
    if len(outcome.failures) > _LISTED:
        click.echo(f"  … {len(outcome.failures) - _LISTED} more; --format json lists all")
    if not outcome.files:
        click.echo("没有找到可读的文件 · there is no file to read", err=True)
    elif not outcome.changed:
        click.echo("没有变化 · nothing changed")
    if outcome.passages:
        click.echo(f"下一步 · next: bijian clusters --store {store}")


def _note_other_model(outcome: IndexOutcome, asked: str) -> None:
    """Nothing had to be encoded, so that nothing refused a model that is not the store's."""
    if outcome.model not in ("", asked):
        click.echo(
            f"存储用的是模型 {outcome.model}，没有用到 {asked} · the store holds vectors of {outcome.model}\n"
            f"  → bijian reindex --model {asked}",
            err=True,
        )


def _rows(outcome: IndexOutcome) -> list[tuple[str, str]]:
    took = sum(outcome.seconds.values())
    rows = [
        ("文件 · files", f"{outcome.files}（未变 unchanged {outcome.unchanged}，已读 read {outcome.read}）"),
        ("报告 · documents", str(outcome.reports)),
        ("段落 · passages", f"{outcome.passages}（新编码 encoded {outcome.embedded}）"),
        ("版本 · generation", str(outcome.generation)),
        ("用时 · seconds", f"{took:.1f}"),
    ]
    if outcome.removed:
        rows.insert(1, ("移除 · dropped", str(outcome.removed)))
    if outcome.failures:
        rows.append(("失败 · failed", str(len(outcome.failures))))
    return rows


def _print_failure(failure: Failure) -> None:
    """One line; signs that could steer a terminal are left out."""
    line = f"  ✗ {failure.name}: {failure.message}"
    click.echo("".join(sign if sign.isprintable() else "�" for sign in line))
