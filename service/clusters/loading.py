"""The clustering of a store: the one that is kept where it still holds, a new one where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreError
from embed.structure.report import Role
from service.clusters.clustering import Clustering, Parameters, RoleClusters
from service.clusters.identity import Before
from service.clusters.keeping import catalogue_digest, key_of, pack, passages_before, rename, series_of, unpack
from service.clusters.run import ROLES, Past, assemble, check_roles, cluster_role
from service.clusters.space import example_vectors, themes_of

if TYPE_CHECKING:
    from embed.index import Generation, Store
    from embed.index.clusterings import Clusterings, StoredClustering
    from embed.models.encoder import Encoder

__all__ = ["load", "registry"]


@contextmanager
def registry(store: Store, role: Role, parameters: Parameters | None = None) -> Iterator[Clusterings]:
    """The kept clusterings of one role."""
    from embed.index.catalog import Catalog
    from embed.index.clusterings import Clusterings

    catalog = Catalog(store.path / "catalog.sqlite")
    try:
        yield Clusterings(catalog, series_of(parameters or Parameters()), str(role))
    finally:
        catalog.close()


def load(
    store: Store,
    *,
    roles: Sequence[Role] = ROLES,
    parameters: Parameters | None = None,
    encoder: Callable[[], Encoder] | None = None,
    threads: int = 2,
    anew: bool = False,
) -> Clustering:
    """The clustering of the store's current generation, with lasting ids and people's changes.

    A clustering is made when there is none yet for this generation, and kept in the store. encoder: opens the store's
    model; called only where the examples of the themes have not been turned into vectors yet. anew: make it again.

    Raises:
        StoreMissing: nothing has been indexed yet.
        QueryError: a role that cannot be clustered.
    """
    parameters = parameters or Parameters()
    found: dict[Role, RoleClusters] = {}
    with_examples = True
    with store.current() as generation:
        for role in check_roles(roles):
            with registry(store, role, parameters) as kept:
                maker = _Maker(generation, role, parameters, kept, threads)
                stored, clusters = maker.find_or_make(encoder, anew=anew)
                found[role] = rename(clusters, kept.edits())
                with_examples &= stored
        return assemble(generation, parameters, found, with_examples=with_examples)


class _Maker:
    """Finds the clustering of one role, or makes and keeps it."""

    def __init__(
        self, generation: Generation, role: Role, parameters: Parameters, kept: Clusterings, threads: int
    ) -> None:
        self._generation, self._role, self._parameters = generation, role, parameters
        self._kept, self._threads = kept, threads

    def find_or_make(self, encoder: Callable[[], Encoder] | None, *, anew: bool) -> tuple[bool, RoleClusters]:
        """(whether the examples took part, the clusters)."""
        from embed.index.clusterings import StoredClustering

        edits = self._kept.edits()
        key = key_of(self._generation, edits)
        there = None if anew else self._kept.find(self._generation.number, key)
        if there is not None and (there.meta["examples"] or encoder is None):
            return bool(there.meta["examples"]), unpack(self._role, there)
        latest = self._kept.latest()
        examples = self._examples(latest, encoder)
        before = Before(passages_before(latest), frozenset(self._kept.known_ids())) if latest else None
        past = Past(before, tuple(edits))
        found = cluster_role(
            self._generation, self._role, self._parameters, examples=examples, past=past, threads=self._threads
        )
        meta, arrays = pack(self._generation, found.clusters, found.model)
        arrays["examples"] = examples
        meta |= {"stamp": self._stamp()}
        try:
            self._kept.add(self._generation.number, key, meta, arrays, found.events)
        except StoreError as error:
            if "readonly" not in str(error.__cause__):
                raise
        # What was just made is read back from the kept form, so that it never differs from what a later load gives.
        made = StoredClustering(0, self._generation.number, key, json.loads(json.dumps(meta)), arrays)
        return found.model.with_examples, unpack(self._role, made)

    def _stamp(self) -> list[str]:
        """What decides the vectors of the examples."""
        return [catalogue_digest(), self._generation.manifest.model.fingerprint]

    def _examples(self, latest: StoredClustering | None, encoder: Callable[[], Encoder] | None) -> NDArray[np.float32]:
        """Vectors of the examples: those that are kept, if nothing that decides them has changed."""
        if latest is not None and latest.meta["examples"] and latest.meta["stamp"] == self._stamp():
            return np.asarray(latest.arrays["examples"], dtype=np.float32)
        opened = encoder() if encoder is not None else None
        if opened is not None:
            self._generation.check_encoder(opened)
        return example_vectors(themes_of(self._role, self._parameters), self._generation, opened)
