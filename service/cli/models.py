"""`bijian models`: what can be encoded with, whether it is whole, and where it is."""

from __future__ import annotations

import json
from typing import Any

import click

from embed.models.entry import ModelEntry, find_entry, read_models
from embed.models.folder import model_bytes, model_folder, model_state, verify_model
from service.cli.options import format_option, read_settings, settings_options
from service.cli.tables import size
from service.settings import Settings

__all__ = ["command"]

STATES = {
    "ready": "已就绪 · ready",
    "buildable": "待生成 · to build",
    "download": "待下载 · to fetch",
    "missing": "缺少来源 · missing",
}


@click.group(help="模型：列出、校验、所在目录 · Models: list, verify, path")
def command() -> None:
    """The group of model commands."""


@command.command("list", help="列出模型及其用途 · List the models and what each is for")
@format_option("table", "json")
@settings_options("cache")
def list_models(form: str, **given: Any) -> None:  # noqa: ANN401 - click's keyword arguments
    """Print one row per model."""
    settings = read_settings(given)
    entries = list(read_models(settings.models_file).values())
    states = [model_state(entry, cache=settings.cache) for entry in entries]
    if form == "json":
        rows = [_row(entry, state, settings) for entry, state in zip(entries, states, strict=True)]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    _print_table(entries, states, settings)


@command.command(help="校验模型文件 · Check a model's files against their checksums")
@click.argument("name", required=False)
@format_option("table", "json")
@settings_options("cache")
def verify(name: str | None, form: str, **given: Any) -> None:  # noqa: ANN401 - click's keyword arguments
    """Check every file of one model (the default one without a name)."""
    settings = read_settings(given)
    entry = find_entry(name or settings.model, settings.models_file)
    sums = verify_model(entry, cache=settings.cache)
    if form == "json":
        click.echo(json.dumps({"model": entry.name, "files": sums}, indent=1))
        return
    for file, digest in sums.items():
        click.echo(f"{digest[:16]}  {file}")
    click.echo(f"{entry.name}：{len(sums)} 个文件完好 · {len(sums)} files are whole")


@command.command(help="输出模型目录，必要时先生成 · Print a model's folder, building it first if needed")
@click.argument("name", required=False)
@settings_options("cache")
def path(name: str | None, **given: Any) -> None:  # noqa: ANN401 - click's keyword arguments
    """Print the sentence-transformers folder of one model."""
    settings = read_settings(given)
    click.echo(model_folder(find_entry(name or settings.model, settings.models_file), cache=settings.cache))


def _row(entry: ModelEntry, state: str, settings: Settings) -> dict[str, object]:
    return {
        "name": entry.name,
        "default": entry.name == settings.model,
        "state": state,
        "bytes": model_bytes(entry, cache=settings.cache),
        "source": entry.source,
        "licence": entry.licence,
        "dimension": entry.dimension,
        "max_tokens": entry.max_tokens,
        "prompts": {"query": entry.query_prompt, "passage": entry.passage_prompt},
        "sha256": entry.sha256,
        "description": entry.description,
    }


def _print_table(entries: list[ModelEntry], states: list[str], settings: Settings) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table("名称 name", "维度 dim", "磁盘 disk", "许可 licence", "状态 state", box=None, pad_edge=False)
    for place in (1, 2):
        table.columns[place].justify = "right"
    for entry, state in zip(entries, states, strict=True):
        mark = " *" if entry.name == settings.model else ""
        held = model_bytes(entry, cache=settings.cache)
        told = (entry.name + mark, str(entry.dimension), size(held) if held else "–", entry.licence, STATES[state])
        table.add_row(*(Text(cell) for cell in told))
    console = Console(highlight=False)
    console.print(table)
    console.print("* 默认 · default", style="dim")
    for entry in entries:
        console.print(Text(f"\n{entry.name}"))
        for line in entry.description.split(" · "):
            console.print(Padding(Text(line), (0, 0, 0, 2)))
