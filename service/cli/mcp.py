"""`bijian mcp`: tools for assistants, over standard input and output."""

from __future__ import annotations

import logging
import sys
import threading

import click

from service.cli.options import read_settings, settings_options

__all__ = ["command"]


@click.command("mcp", help="供智能助手调用的 MCP 服务（标准输入输出） · MCP server for assistants, over stdio")
@settings_options("store", "cache", "model", "engine", "threads")
def command(**given: object) -> None:
    settings = read_settings(given)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)  # standard output belongs to the protocol
    from service.mcp_server import create_server

    server, desk = create_server(settings)
    desk.refresh()
    watcher = threading.Thread(target=desk.warm, name="warm", daemon=True)
    watcher.start()
    try:
        server.run("stdio")
    finally:
        desk.close()
