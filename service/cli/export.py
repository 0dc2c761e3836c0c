"""`bijian export`: reports and passages as JSON lines, or passages with vectors and clusters as one table."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.opening import encoder_opener
from service.cli.options import read_settings, settings_options

__all__ = ["command"]


@click.command(help="导出报告与段落 · Export reports and passages")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="输出目录 · output folder")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "parquet", "csv"]),
    default="jsonl",
    show_default=True,
    help="jsonl，或含聚类的表（parquet 另含向量） · jsonl, or a table with clusters (parquet: and vectors)",
)
@settings_options("store", "model", "engine", "cache", "threads")
def command(out: Path, form: str, **given: object) -> int:
    settings = read_settings(given)
    from embed.index import Store

    store = Store.open(settings.store)
    if form == "jsonl":
        from service.export import export_jsonl

        with store.current() as generation:
            reports, passages = export_jsonl(generation, out)
        click.echo(f"{out}: {reports} 份文件 · documents, {passages} 个段落 · passages")
        return 0
    from service.clusters import POOLS, load
    from service.clusters.flat_file import write_flat

    clustering = load(store, roles=tuple(POOLS), encoder=encoder_opener(settings), threads=settings.threads or 2)
    with store.current() as generation:
        click.echo(str(write_flat(generation, clustering, out, form)))
    return 0
