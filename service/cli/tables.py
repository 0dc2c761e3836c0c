"""What the commands that look after a store print."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from embed.index.edits import Edit

__all__ = ["print_edits", "print_table", "size", "user_name"]


def user_name() -> str:
    """The login name, or `?` where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"


def size(count: float) -> str:
    """Bytes for people: 512 B, 3.4 MB."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for people; text from reports is never read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=bool(heads))
    for head in heads or [""] * (len(rows[0]) if rows else 1):
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def print_edits(edits: Sequence[Edit], form: str) -> None:
    """Corrections and removals, oldest first."""
    if form == "json":
        for edit in edits:
            click.echo(json.dumps(asdict(edit), ensure_ascii=False))
        return
    if not edits:
        click.echo("没有更正或移除 · nothing was corrected or removed")
        return
    for edit in edits:
        click.echo(f"{edit.report}  {edit.field} = {_short(edit)}\n  {edit.moment}  {edit.who}  {edit.why}")


def _short(edit: Edit) -> str:
    value = json.loads(edit.value)
    return str(value["code"]) if isinstance(value, dict) else str(value)
