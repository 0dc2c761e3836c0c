"""What the index needs of a report's passages, worked out once: keys of vectors and terms."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from embed.index.vectors import text_hash
from embed.index.wording import embedding_text, lexical_terms
from embed.structure.report import Report

__all__ = ["Prepared", "prepare"]

_HASH = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """For each passage, in the order of ordinals: the key of its vector (32 bytes) and its terms."""

    hashes: tuple[bytes, ...]
    terms: tuple[tuple[str, ...], ...]

    def pack(self) -> bytes:
        """As compressed bytes; the same value gives the same bytes."""
        text = json.dumps(self.terms, ensure_ascii=False, separators=(",", ":"))
        return b"".join(self.hashes) + zlib.compress(text.encode("utf-8", "surrogatepass"), 1)

    @classmethod
    def unpack(cls, data: bytes, passages: int) -> Prepared:
        """The inverse of `pack`, for a report with so many passages."""
        split = passages * _HASH
        hashes = tuple(data[i : i + _HASH] for i in range(0, split, _HASH))
        terms = json.loads(zlib.decompress(data[split:]).decode("utf-8", "surrogatepass"))
        return cls(hashes, tuple(tuple(listed) for listed in terms))


def prepare(report: Report) -> Prepared:
    """Work it out from the texts."""
    passages = sorted(report.passages, key=lambda p: p.ordinal)
    return Prepared(
        tuple(text_hash(embedding_text(p.text, p.heading)) for p in passages),
        tuple(tuple(lexical_terms(p.text, p.heading)) for p in passages),
    )
