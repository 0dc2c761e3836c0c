"""Clusterings in the catalog: what was found, which ids clusters have had, what people changed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.catalog import Catalog

__all__ = ["ClusterEdit", "ClusterEvent", "Clusterings", "StoredClustering"]


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """What became of a cluster between two clusterings: `born`, `ended`, `split`, `merged`; others are cluster ids."""

    kind: str
    cluster: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterEdit:
    """What was done to a cluster: `rename`, `named`, `merge`, `split`, `pin`, `unpin`; `value` is JSON of that kind."""

    kind: str
    cluster: str
    value: Any
    number: int = 0


@dataclass(frozen=True, slots=True)
class StoredClustering:
    """One clustering of one role. `meta` is JSON, `arrays` are plain numpy arrays."""

    number: int
    generation: int
    key: str
    meta: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


class Clusterings:
    """The clusterings of one role of a series (clusterings by the same parameters), on one catalog connection."""

    def __init__(self, catalog: Catalog, series: str, role: str) -> None:
        self._catalog = catalog
        self._who = (series, role)

    def latest(self) -> StoredClustering | None:
        """The newest clustering."""
        return self._one("ORDER BY id DESC LIMIT 1")

    def before(self, number: int) -> StoredClustering | None:
        """The clustering that came before one."""
        return self._one("AND id < ? ORDER BY id DESC LIMIT 1", number)

    def find(self, generation: int, key: str) -> StoredClustering | None:
        """The newest clustering of this generation that was made with this key."""
        return self._one("AND generation = ? AND key = ? ORDER BY id DESC LIMIT 1", generation, key)

    def _one(self, condition: str, *values: object) -> StoredClustering | None:
        rows = self._catalog.run(
            f"SELECT id, generation, key, meta, arrays FROM clusterings WHERE series = ? AND role = ? {condition}",
            (*self._who, *values),
        )
        if not rows:
            return None
        number, generation, key, meta, arrays = rows[0]
        try:
            with np.load(BytesIO(arrays), allow_pickle=False) as kept:
                columns = {name: kept[name] for name in kept.files}
            return StoredClustering(number, generation, key, json.loads(zlib.decompress(meta)), columns)
        except (ValueError, OSError, zlib.error) as error:
            raise StoreCorrupt(
                f"clustering {number} of the store is damaged: {error}.", hint="Run `bijian clusters --anew`."
            ) from error

    def add(
        self,
        generation: int,
        key: str,
        meta: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        events: Sequence[ClusterEvent],
    ) -> int:
        """Keep a clustering with what happened to the clusters before it; its number. Ids are born and ended by it."""
        buffer = BytesIO()
        np.savez_compressed(buffer, **dict(arrays))  # type: ignore[arg-type]
        text = zlib.compress(json.dumps(meta, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        with self._catalog.atomic():
            self._catalog.run(
                "INSERT INTO clusterings (series, role, generation, key, meta, arrays) VALUES (?, ?, ?, ?, ?, ?)",
                (*self._who, generation, key, text, buffer.getvalue()),
            )
            number = int(self._catalog.run("SELECT last_insert_rowid()")[0][0])
            for place, event in enumerate(events):
                self._catalog.run(
                    "INSERT INTO cluster_events (clustering, place, kind, cluster, others) VALUES (?, ?, ?, ?, ?)",
                    (number, place, event.kind, event.cluster, json.dumps(event.others)),
                )
                self._record(number, event)
            self._forget(number)
        return number

    def _record(self, number: int, event: ClusterEvent) -> None:
        if event.kind in ("born", "split"):
            self._catalog.run(
                "INSERT OR IGNORE INTO cluster_ids (series, role, cluster, born, ended, became)"
                " VALUES (?, ?, ?, ?, NULL, '[]')",
                (*self._who, event.cluster, number),
            )
        elif event.kind in ("ended", "merged"):
            self._catalog.run(
                "UPDATE cluster_ids SET ended = ?, became = ? WHERE series = ? AND role = ? AND cluster = ?",
                (number, json.dumps(event.others), *self._who, event.cluster),
            )

    def _forget(self, number: int) -> None:
        """Keep the newest two clusterings; ids, events and edits are kept for good."""
        self._catalog.run(
            "DELETE FROM clusterings WHERE series = ? AND role = ? AND id NOT IN"
            " (SELECT id FROM clusterings WHERE series = ? AND role = ? ORDER BY id DESC LIMIT 2) AND id < ?",
            (*self._who, *self._who, number),
        )

    def events(self, number: int) -> list[ClusterEvent]:
        """What a clustering changed."""
        rows = self._catalog.run(
            "SELECT kind, cluster, others FROM cluster_events WHERE clustering = ? ORDER BY place", (number,)
        )
        return [ClusterEvent(kind, cluster, tuple(json.loads(others))) for kind, cluster, others in rows]

    def known_ids(self) -> list[str]:
        """Every id that a cluster of this series and role has ever had."""
        rows = self._catalog.run(
            "SELECT cluster FROM cluster_ids WHERE series = ? AND role = ? ORDER BY cluster", self._who
        )
        return [row[0] for row in rows]

    def became(self, cluster: str) -> tuple[str, ...] | None:
        """What an ended cluster became; empty when nothing did, None for a living or unknown one."""
        rows = self._catalog.run(
            "SELECT became FROM cluster_ids WHERE series = ? AND role = ? AND cluster = ? AND ended IS NOT NULL",
            (*self._who, cluster),
        )
        return tuple(json.loads(rows[0][0])) if rows else None

    def edits(self) -> list[ClusterEdit]:
        """What people changed, in the order they did."""
        rows = self._catalog.run(
            "SELECT kind, cluster, value, id FROM cluster_edits WHERE series = ? AND role = ? ORDER BY id", self._who
        )
        return [ClusterEdit(kind, cluster, json.loads(value), number) for kind, cluster, value, number in rows]

    def edit(self, edits: Iterable[ClusterEdit]) -> None:
        """Record changes; the next clustering has them."""
        with self._catalog.atomic():
            for edit in edits:
                self._catalog.run(
                    "INSERT INTO cluster_edits (series, role, kind, cluster, value) VALUES (?, ?, ?, ?, ?)",
                    (*self._who, edit.kind, edit.cluster, json.dumps(edit.value, ensure_ascii=False)),
                )
