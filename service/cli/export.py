"""`bijian export`: reports and passages as JSON lines."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.options import read_settings, settings_options

__all__ = ["command"]


@click.command(help="导出报告与段落 · Export reports and passages")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="输出目录 · output folder")
@settings_options("store")
def command(out: Path, **given: object) -> int:
    settings = read_settings(given)
    from embed.index import Store
    from service.export import export_jsonl

    with Store.open(settings.store).current() as generation:
        reports, passages = export_jsonl(generation, out)
    click.echo(f"{out}: {reports} 份文件 · documents, {passages} 个段落 · passages")
    return 0
