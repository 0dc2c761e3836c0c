"""The clustering of a store: the one that is kept where it still holds, a new one where it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from embed.structure.report import Role
from service.clusters.clustering import Clustering, Parameters
from service.clusters.run import ROLES, cluster

if TYPE_CHECKING:
    from embed.index import Store
    from embed.models.encoder import Encoder

__all__ = ["load"]


def load(
    store: Store,
    *,
    roles: Sequence[Role] = ROLES,
    parameters: Parameters | None = None,
    encoder: Callable[[], Encoder] | None = None,
    threads: int = 2,
) -> Clustering:
    """The clustering of the store's current generation.

    encoder: opens the store's model; called only when something must be computed.
    """
    with store.current() as generation:
        return cluster(
            generation,
            roles=roles,
            parameters=parameters,
            encoder=encoder() if encoder is not None else None,
            threads=threads,
        )
