"""Clusters made at the end of an index run, so that the first who asks for them does not wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from embed.exceptions import BijianError

if TYPE_CHECKING:
    from embed.index import Store
    from embed.models.encoder import Encoder
    from embed.pipeline import IndexOutcome

__all__ = ["cheap_enough", "keep_clusters"]

PASSAGES_A_SECOND = 2000  # clustered on two cores, less than measured
ALWAYS = 2.0  # seconds that are never too much
SHARE = 0.5  # of the run's own time


def cheap_enough(passages: int, seconds: float) -> bool:
    """Whether clustering so many passages takes little beside an index run of so many seconds."""
    return passages / PASSAGES_A_SECOND <= max(ALWAYS, SHARE * seconds)


def keep_clusters(
    store: Store, outcome: IndexOutcome, encoder: Callable[[], Encoder], *, threads: int, quiet: bool
) -> bool:
    """Cluster the generation that a run made and keep the result in the store; whether it was done.

    It is left to the first reader where the run was short and the store is large. What goes wrong is a note: the
    index itself is whole.
    """
    if not outcome.changed or not outcome.passages or not cheap_enough(outcome.passages, sum(outcome.seconds.values())):
        return False
    from service.cluster_report import NEEDED_ROLES
    from service.clusters import load

    started = time.perf_counter()
    try:
        clustering = load(store, roles=NEEDED_ROLES, encoder=encoder, threads=threads)
    except BijianError as error:
        click.echo(f"未能聚类 · clusters were not made: {error}", err=True)
        return False
    if not quiet:
        count = sum(len(found.clusters) for found in clustering.roles.values())
        click.echo(f"聚类 · clusters: {count}（{time.perf_counter() - started:.1f} 秒 · s）")
    return True
