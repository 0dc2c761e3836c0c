"""What a generation needs of a report, worked out once: columns, texts, words, keys of vectors, ready to be joined."""

from __future__ import annotations

import json
import struct
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.index.outline import outline_item
from embed.index.tables import ROLES, metadata_from_json, metadata_to_json
from embed.index.vectors import text_hash
from embed.index.wording import embedding_text, lexical_terms
from embed.structure.duplicates import sketch
from embed.structure.report import Metadata, Report

__all__ = ["Prepared", "prepare"]

_HEAD = struct.Struct("<II")  # passages; bytes of the description
_HASH = 32
_TYPES = {
    "ordinal": "<i4",
    "role": "<i1",
    "confidence": "<f4",
    "start": "<i4",
    "end": "<i4",
    "length": "<i4",
    "heading": "<i4",
    "outline": "<i1",
    "bytes": "<i4",
    "distinct": "<i4",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """One report as a generation holds it, its n passages in the order of ordinals.

    metadata: as it was read, without evidence and candidates.
    hashes: n times 32 bytes, the keys of the vectors.
    columns: by name, each of shape (n,): those of `PassageTable` but `report`; `heading` is a place in `headings`;
    `bytes` is the length of each text, `distinct` how many different words it has.
    headings: heading paths as JSON, in the order in which they come. texts: UTF-8, one after the other.
    words: the different words of the report, ascending; terms: places in it, ascending in each passage, passage after
    passage; counts: how often each occurs there.
    sketch: of the texts together, `embed.structure.duplicates.sketch`; empty for next to no text. Passages are without
    a page's frame and without what was put into it, so that the same report elsewhere has the same sketch.
    """

    report: str
    sha256: str
    metadata: Metadata
    hashes: bytes
    columns: dict[str, NDArray[Any]]
    headings: tuple[str, ...]
    texts: bytes
    words: tuple[str, ...]
    terms: NDArray[np.integer[Any]]
    counts: NDArray[np.integer[Any]]
    sketch: bytes

    def __len__(self) -> int:
        return len(self.columns["ordinal"])

    def pack(self) -> bytes:
        """As compressed bytes; the same value gives the same bytes."""
        terms, counts = _narrow(self.terms), _narrow(self.counts)
        head = {
            "report": self.report,
            "sha256": self.sha256,
            "metadata": metadata_to_json(self.metadata),
            "headings": self.headings,
            "words": "\n".join(self.words),
            "sizes": [len(self.terms), len(self.texts), len(self.sketch)],
            "kinds": [terms.dtype.str, counts.dtype.str],
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        parts = [text, self.texts, self.sketch]
        parts += [self.columns[name].astype(kind).tobytes() for name, kind in _TYPES.items()]
        parts += [terms.tobytes(), counts.tobytes()]
        return _HEAD.pack(len(self), len(text)) + self.hashes + zlib.compress(b"".join(parts), 1)

    @classmethod
    def unpack(cls, data: bytes) -> Prepared:
        """The inverse of `pack`."""
        rows, at = _HEAD.unpack_from(data)
        split = _HEAD.size + rows * _HASH
        whole = zlib.decompress(memoryview(data)[split:])
        head: dict[str, Any] = json.loads(whole[:at].decode("utf-8", "surrogatepass"))
        terms, texts, sketched = head["sizes"]

        def array(kind: str, count: int) -> NDArray[Any]:
            nonlocal at
            taken = np.frombuffer(whole, dtype=kind, count=count, offset=at)
            at += taken.nbytes
            return taken

        return cls(
            report=head["report"],
            sha256=head["sha256"],
            metadata=metadata_from_json(head["metadata"]),
            hashes=data[_HEAD.size : split],
            headings=tuple(head["headings"]),
            words=tuple(head["words"].split("\n")) if head["words"] else (),
            texts=array("V1", texts).tobytes(),
            sketch=array("V1", sketched).tobytes(),
            columns={name: array(kind, rows) for name, kind in _TYPES.items()},
            terms=array(head["kinds"][0], terms),
            counts=array(head["kinds"][1], terms),
        )


def _narrow(numbers: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """The same numbers, none below zero, in the narrowest type that holds them."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))).newbyteorder("<"))


def prepare(report: Report) -> Prepared:
    """Work it out from the texts."""
    passages = sorted(report.passages, key=lambda p: p.ordinal)
    texts = [p.text.encode("utf-8", "surrogatepass") for p in passages]
    listed = [lexical_terms(p.text, p.heading) for p in passages]
    bags = [sorted(Counter(terms).items()) for terms in listed]
    words = sorted({word for bag in bags for word, _ in bag})
    places = {word: place for place, word in enumerate(words)}
    headings: dict[tuple[str, ...], int] = {}
    columns: dict[str, list[float]] = {
        "ordinal": [p.ordinal for p in passages],
        "role": [ROLES.index(p.role) for p in passages],
        "confidence": [p.role_confidence for p in passages],
        "start": [p.start for p in passages],
        "end": [p.end for p in passages],
        "length": [len(p.text) for p in passages],
        "heading": [headings.setdefault(p.heading, len(headings)) for p in passages],
        "outline": [outline_item(terms, p.role) for terms, p in zip(listed, passages, strict=True)],
        "bytes": [len(text) for text in texts],
        "distinct": [len(bag) for bag in bags],
    }
    return Prepared(
        report=report.id,
        sha256=report.sha256,
        metadata=replace(report.metadata, evidence=(), candidates=()),
        hashes=b"".join(text_hash(embedding_text(p.text, p.heading)) for p in passages),
        columns={name: np.array(columns[name], dtype=kind) for name, kind in _TYPES.items()},
        headings=tuple(json.dumps(heading, ensure_ascii=False, separators=(",", ":")) for heading in headings),
        texts=b"".join(texts),
        words=tuple(words),
        terms=np.array([places[word] for bag in bags for word, _ in bag], dtype="<i4"),
        counts=np.array([times for bag in bags for _, times in bag], dtype="<i4"),
        sketch=sketch("".join(p.text for p in passages)),
    )
