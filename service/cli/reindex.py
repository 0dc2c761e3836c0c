"""`bijian reindex`: build a store anew, also with another model."""

from __future__ import annotations

from functools import cache

import click

from service.cli.clustering import keep_clusters
from service.cli.index import SOME_FAILED, present
from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options
from service.cli.progress import Bars

__all__ = ["command"]


@click.command(help="重建索引，可换模型 · Build the store anew, also with another model (--model)")
@click.option("--wait", type=float, default=0.0, show_default=True, help="等待其他写入者的秒数 · seconds to wait")
@settings_options("store", "model", "engine", "cache", "threads")
@format_option("table", "json")
def command(wait: float, form: str, **given: object) -> int:
    settings = read_settings(given)
    from embed.index import Store
    from embed.models.opening import cores_given
    from embed.pipeline import IndexOptions, reindex

    store = Store.open(settings.store)
    options = IndexOptions(wait=wait, workers=settings.threads or cores_given())
    opener = cache(encoder_opener(settings))
    with Bars() as bars:
        outcome = reindex(store, opener, progress=bars.show, options=options)
    present(outcome, settings.store, form)
    keep_clusters(store, outcome, opener, threads=options.workers, quiet=form == "json")
    return SOME_FAILED if outcome.failures else 0
