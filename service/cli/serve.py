"""`bijian serve`: the API and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from service.cli.options import settings_options

__all__ = ["command"]


@click.command("serve", help="启动服务：接口与网页 · Serve the API and the page")
@settings_options("store", "cache", "model", "engine", "threads", "lang")
@click.option("--host", help="服务地址 · address")
@click.option("--port", type=int, help="服务端口，0 为任选 · port, 0 for any free one")
@click.option("--workers", type=int, help="服务进程数 · serving processes")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="日志格式 · form of the log")
@click.option(
    "--port-file",
    type=click.Path(path_type=Path),
    help="监听后写入端口号的文件 · file that gets the port's number once it listens",
)
def command(port_file: Path | None, **given: Any) -> None:  # noqa: ANN401 - click's own values
    from service.api.server import serve
    from service.settings import Settings

    file = given.pop("config", None)
    settings = Settings.read(flags=given, file=file)
    serve(settings, announce=lambda line: click.echo(line, err=True), port_file=port_file)
