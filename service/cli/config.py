"""`bijian config`: every setting, its value and where it comes from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from service.cli.options import format_option
from service.settings import Settings, setting_rows

__all__ = ["command"]


@click.command("config", help="显示全部设置及其来源 · Show all settings and where they come from")
@click.option("--config", type=click.Path(path_type=Path), help="设置文件 · a TOML file of settings")
@format_option("table", "json", "toml")
def command(config: Path | None, form: str) -> None:
    settings = Settings.read(file=config)
    plain = Settings.read(environment={})
    filed = Settings.read(environment={}, file=config)
    rows: list[dict[str, object]] = []
    for name, variable, zh, en in setting_rows():
        value = getattr(settings, name)
        in_file = getattr(filed, name) != getattr(plain, name)
        source = "environment" if variable in os.environ else "file" if in_file else "default"
        shown = None if value is None else value if isinstance(value, int) else str(value)
        rows.append({"name": name, "value": shown, "source": source, "variable": variable, "zh": zh, "en": en})
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif form == "toml":
        for row in rows:
            if row["value"] is not None:
                click.echo(
                    f"# {row['zh']} · {row['en']}\n{row['name']} = {json.dumps(row['value'], ensure_ascii=False)}"
                )
    else:
        _print_table(rows, settings.lang)


def _print_table(rows: list[dict[str, object]], lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("设置 setting", "值 value", "来源 source", "说明 help"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        shown = "—" if row["value"] in (None, "") else str(row["value"])
        table.add_row(str(row["name"]), shown, str(row["source"]), str(row[lang]))
    Console(markup=False).print(table)
