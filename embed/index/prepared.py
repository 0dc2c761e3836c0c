"""What the index needs of a report's passages, worked out once: keys of vectors, terms and the sketch of the text."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from embed.index.vectors import text_hash
from embed.index.wording import embedding_text, lexical_terms
from embed.structure.duplicates import SKETCH_BYTES, sketch
from embed.structure.report import Report

__all__ = ["Prepared", "prepare"]

_HASH = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """For each passage, in the order of ordinals: the key of its vector (32 bytes) and its terms.

    sketch: of the passages' texts together, `embed.structure.duplicates.sketch`; empty for next to no text. Passages
    are without a page's frame and without what was put into it, so that the same report elsewhere has the same sketch.
    """

    hashes: tuple[bytes, ...]
    terms: tuple[tuple[str, ...], ...]
    sketch: bytes

    def pack(self) -> bytes:
        """As compressed bytes; the same value gives the same bytes."""
        text = json.dumps(self.terms, ensure_ascii=False, separators=(",", ":"))
        mark = bytes([bool(self.sketch)])
        return b"".join(self.hashes) + mark + self.sketch + zlib.compress(text.encode("utf-8", "surrogatepass"), 1)

    @classmethod
    def unpack(cls, data: bytes, passages: int) -> Prepared:
        """The inverse of `pack`, for a report with so many passages."""
        split = passages * _HASH
        hashes = tuple(data[i : i + _HASH] for i in range(0, split, _HASH))
        begin = split + 1
        end = begin + SKETCH_BYTES * data[split]
        terms = json.loads(zlib.decompress(data[end:]).decode("utf-8", "surrogatepass"))
        return cls(hashes, tuple(tuple(listed) for listed in terms), data[begin:end])


def prepare(report: Report) -> Prepared:
    """Work it out from the texts."""
    passages = sorted(report.passages, key=lambda p: p.ordinal)
    return Prepared(
        tuple(text_hash(embedding_text(p.text, p.heading)) for p in passages),
        tuple(tuple(lexical_terms(p.text, p.heading)) for p in passages),
        sketch("".join(p.text for p in passages)),
    )
