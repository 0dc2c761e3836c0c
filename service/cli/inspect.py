"""`bijian inspect`: how a file is understood, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import format_option

if TYPE_CHECKING:
    from embed.reading import ReadFailure
    from embed.structure.report import Report

__all__ = ["command"]

SOME_FAILED = 3
PARTS = ("metadata", "outline", "passages", "removed")


@click.command(help="查看一份文件如何被理解 · Show how a file is understood")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--only", type=click.Choice(PARTS), multiple=True, help="只看某一部分，可重复 · one part only; may be repeated"
)
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False), help="已知信息 CSV · a CSV of known facts")
@format_option("table", "json")
def command(files: tuple[Path, ...], only: tuple[str, ...], manifest: Path | None, form: str) -> int:
    failed, any_found = False, False
    for found in _read(files, manifest):
        any_found = True
        failed |= _present(found, only or PARTS, form)
    if not any_found:
        click.echo("其中没有文件 · no files in there: " + " ".join(str(file) for file in files), err=True)
    return SOME_FAILED if failed else 0


def _read(files: tuple[Path, ...], manifest: Path | None) -> Iterator[Report | ReadFailure]:
    """Every document in the files, folders and archives, understood one after the other."""
    from embed.reading import ReadFailure, clean, read_documents
    from embed.structure import understand
    from service.cli.index import expand, stated_facts

    facts = stated_facts(manifest) or {}
    for path in expand(files):
        for document in read_documents(path):
            if isinstance(document, ReadFailure):
                yield document
                continue
            file = document.name.partition("!/")[0]  # a member of an archive is known by what is known of the archive
            yield understand(document, clean(document), facts.get(os.path.abspath(file)))  # noqa: PTH100 - as in index


def _present(found: Report | ReadFailure, parts: tuple[str, ...], form: str) -> bool:
    """Print one document; True when it could not be read."""
    from embed.structure.report import Report

    if not isinstance(found, Report):
        click.echo(f"✗ {found.name}: {found.message}", err=True)
        if found.hint:
            click.echo(f"  → {found.hint}", err=True)
        return True
    from service.cli.inspect_view import report_json, show_report

    if form == "json":
        click.echo(json.dumps(report_json(found, parts), ensure_ascii=False))
    else:
        show_report(found, parts)
    return False
