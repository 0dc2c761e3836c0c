"""`bijian keys`: who may use the service."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from service.api.keys import Key, KeyBook
    from service.api.ledger import Ledger

__all__ = ["command"]


@click.group("keys", help="接口密钥：生成、列出、更换、作废 · API keys: create, list, rotate, revoke")
def command() -> None:
    """The group."""


def _book(given: dict[str, object], *, create: bool = False) -> tuple[KeyBook, Ledger]:
    """The keys of the store; `create` makes a store that is not there yet."""
    from service.api.keys import KeyBook
    from service.api.ledger import Ledger

    settings = read_settings(given)
    if not (settings.store / "catalog.sqlite").exists():
        from embed.index import Store  # numpy and more: not needed where a store is there

        Store.open(settings.store, create=create)
    ledger = Ledger(settings.store)
    return KeyBook(ledger), ledger


def _show_secret(key: Key, secret: str, form: str) -> None:
    if form == "json":
        click.echo(json.dumps({**asdict(key), "secret": secret}, ensure_ascii=False))
        return
    click.echo(secret)
    click.echo(f"{key.name}（{key.scope}）：只显示这一次，请妥善保存 · shown only once, keep it safe", err=True)


@command.command("create", help="生成密钥 · Make a key")
@click.argument("name")
@click.option(
    "--scope", type=click.Choice(["read", "write", "admin"]), default="read", show_default=True, help="权限 · scope"
)
@settings_options("store")
@format_option("text", "json")
def create(name: str, scope: str, form: str, **given: object) -> None:
    from service.api.keys import Scope

    book, ledger = _book(given, create=True)
    key, secret = book.create(name, Scope(scope))
    ledger.audit("bijian keys", "key-create", key.id, detail=f"{name} {scope}")
    _show_secret(key, secret, form)


@command.command("list", help="列出密钥 · List the keys")
@settings_options("store")
@format_option("table", "json")
def list_keys(form: str, **given: object) -> None:
    keys = _book(given)[0].all()
    if form == "json":
        click.echo(json.dumps([asdict(key) for key in keys], ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("名称 name", "权限 scope", "生成 created", "最近使用 last used", "作废 revoked"):
        table.add_column(heading)
    for key in keys:
        table.add_row(key.name, key.scope, key.created[:10], (key.last_used or "—")[:16], (key.revoked or "")[:10])
    Console(markup=False).print(table)
    if not keys:
        click.echo("没有密钥：只服务本机 · no keys: only this machine is served", err=True)


@command.command("rotate", help="更换密钥，旧的立即失效 · New secret; the old one ends at once")
@click.argument("name")
@settings_options("store")
@format_option("text", "json")
def rotate(name: str, form: str, **given: object) -> None:
    book, ledger = _book(given)
    key, secret = book.rotate(name)
    ledger.audit("bijian keys", "key-rotate", key.id, detail=name)
    _show_secret(key, secret, form)


@command.command("revoke", help="作废密钥 · Revoke a key")
@click.argument("name")
@settings_options("store")
def revoke(name: str, **given: object) -> None:
    book, ledger = _book(given)
    key = book.revoke(name)
    ledger.audit("bijian keys", "key-revoke", key.id, detail=name)
    click.echo(f"{key.name}: 已作废 · revoked")


@command.command("audit", help="最近的写操作 · The latest writes")
@click.option("--last", type=click.IntRange(1, 10_000), default=30, show_default=True, help="条数 · how many")
@settings_options("store")
@format_option("table", "json")
def audit(last: int, form: str, **given: object) -> None:
    rows = [dict(row) for row in _book(given)[1].rows("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (last,))]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("时间 at", "谁 who", "操作 action", "对象 subject", "详情 detail"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("at", "who", "action", "subject", "detail")))
    Console(markup=False).print(table)
