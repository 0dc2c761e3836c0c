"""Two texts laid side by side: what stands in both, what was replaced, and whether one was copied from the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from embed.structure.masking import MARKS, Masked, mask
from service.similar.answer import AlignedSpan, Alignment, Kind, Operation
from service.similar.stock import stock_spans

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcode

__all__ = ["EDITED", "VERBATIM", "Outline", "Wording", "align", "kind_of", "outline", "shared_wording", "wording"]

VERBATIM = 0.93  # wording shared, local detail masked, from which a passage is a copy word for word
EDITED = 0.60  # … and from which it was copied and reworded in part
SHORTEST = 16  # characters of own wording (no formulae of the genre) below which nothing can be called copied
SHORTEST_INSIDE = 30  # … where only one text stands inside the other
LONGER = 1.4  # times as long, from which a text may have another one inside
RUN = 4  # characters that must stand together to count as wording that a long text shares
_CONTENT = re.compile(r"[\w" + "".join(MARKS.values()) + "]")
_RUN = re.compile("[" + "".join(MARKS.values()) + "]|[^" + "".join(MARKS.values()) + "]+")  # only marks hide a change
_BETWEEN = re.compile(r"[^\w" + "".join(MARKS.values()) + "]+")


@dataclass(frozen=True, slots=True)
class Wording:
    """What two texts are compared by: `symbols`, the masked characters without punctuation.

    own: symbols outside of the genre's stock formulae.
    """

    symbols: str
    own: int


@dataclass(frozen=True, slots=True)
class Outline(Wording):
    """A text made ready for aligning: its wording, and where each symbol came from.

    starts[i], ends[i]: the characters of the text that symbol i stands for.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@lru_cache(maxsize=1 << 12)
def wording(text: str) -> Wording:
    """The wording of a passage's clean text."""
    return Wording(*_worded(text, mask(text)))


@lru_cache(maxsize=1 << 10)
def outline(text: str) -> Outline:
    """The outline of a passage's clean text."""
    masked = mask(text)
    places = [match.start() for match in _CONTENT.finditer(masked.text)]
    origin = masked.origin.tolist()
    starts = tuple([origin[i] for i in places])
    ends = tuple([origin[i + 1] for i in places])
    return Outline(*_worded(text, masked), text, starts, ends)


def _worded(text: str, masked: Masked) -> tuple[str, int]:
    """The symbols of a text, and how many of them are its own."""
    symbols = _BETWEEN.sub("", masked.text)
    own = len(symbols)
    for span in stock_spans(text):
        begin, end = np.searchsorted(masked.origin, span).tolist()
        own -= len(_BETWEEN.sub("", masked.text[begin:end]))
    return symbols, own


def shared_wording(a: Wording, b: Wording) -> float:
    """How much wording two texts share, 0 … 1: twice the common characters over all, local detail masked.

    Where one text is much the longer, the share of the shorter that stands in runs of at least RUN characters in it.
    Time O(n · m / 64).
    """
    from rapidfuzz.distance import Indel

    if min(a.own, b.own) < SHORTEST:
        return 0.0
    whole = float(Indel.normalized_similarity(a.symbols, b.symbols, score_cutoff=0.2))
    short, long = sorted((len(a.symbols), len(b.symbols)))
    if whole >= EDITED or short < SHORTEST_INSIDE or long < LONGER * short:
        return whole
    if Indel.similarity(a.symbols, b.symbols) < EDITED * 2 * short:
        return whole
    inside = sum(op.src_end - op.src_start for op in _runs(Indel.opcodes(a.symbols, b.symbols)))
    return max(whole, inside / short)


def _runs(opcodes: Iterable[Opcode]) -> list[Opcode]:
    return [op for op in opcodes if op.tag == "equal" and op.src_end - op.src_start >= RUN]


def kind_of(shared: float) -> Kind:
    """The kind that a share of wording means."""
    if shared >= VERBATIM:
        return Kind.VERBATIM
    return Kind.EDITED if shared >= EDITED else Kind.SIMILAR


def align(query: str, hit: str) -> Alignment:
    """Align two clean texts character by character, local detail masked.

    The spans cover both texts from end to end. Where the texts are merely similar, only runs of RUN characters count as
    common: shorter ones stand in any two texts. Time and memory O(n · m / 64) and O(n + m).
    """
    from rapidfuzz.distance import Levenshtein

    a, b = outline(query), outline(hit)
    opcodes = list(Levenshtein.opcodes(a.symbols, b.symbols))
    kind = kind_of(shared_wording(a, b))
    least = RUN if kind is Kind.SIMILAR else 1
    common = [op for op in opcodes if op.tag == "equal" and op.src_end - op.src_start >= max(2, least)]
    shared = sum(op.src_end - op.src_start for op in common)
    return Alignment(
        kind=kind,
        query_share=round(shared / max(1, len(a.symbols)), 4),
        hit_share=round(shared / max(1, len(b.symbols)), 4),
        longest=max((op.src_end - op.src_start for op in common), default=0),
        spans=tuple(_spans(a, b, opcodes, least)),
    )


def _spans(a: Outline, b: Outline, opcodes: Sequence[Opcode], least: int) -> Iterable[AlignedSpan]:
    """The spans of both texts; punctuation goes with what stands before it. least: characters of a common run."""
    steps = [step for op in opcodes for step in _steps(a, b, op, least)]
    merged: list[tuple[Operation, int, int]] = []  # operation and where it ends in both symbol strings
    for operation, a_end, b_end in steps:
        if merged and merged[-1][0] is operation:
            merged[-1] = (operation, a_end, b_end)
        else:
            merged.append((operation, a_end, b_end))
    a_from = b_from = a_symbols = b_symbols = 0
    for place, (operation, a_end, b_end) in enumerate(merged):
        last = place == len(merged) - 1
        a_to = len(a.text) if last else _start(a, a_end)
        b_to = len(b.text) if last else _start(b, b_end)
        if operation is Operation.REPLACE:
            operation = _change(a_end - a_symbols, b_end - b_symbols)
        a_symbols, b_symbols = a_end, b_end
        yield AlignedSpan(operation, a_from, a_to, b_from, b_to, a.text[a_from:a_to], b.text[b_from:b_to])
        a_from, b_from = a_to, b_to


def _change(query_symbols: int, hit_symbols: int) -> Operation:
    if not query_symbols:
        return Operation.INSERT
    return Operation.REPLACE if hit_symbols else Operation.DELETE


def _start(side: Outline, symbol: int) -> int:
    return side.starts[symbol] if symbol < len(side.starts) else len(side.text)


def _steps(a: Outline, b: Outline, op: Opcode, least: int) -> Iterable[tuple[Operation, int, int]]:
    if op.tag != "equal" or op.src_end - op.src_start < least:
        yield Operation.REPLACE, op.src_end, op.dest_end
        return
    for run in _RUN.finditer(a.symbols, op.src_start, op.src_end):
        x, y = run.start(), run.start() - op.src_start + op.dest_start
        same = run.end() - x > 1 or a.text[a.starts[x] : a.ends[x]] == b.text[b.starts[y] : b.ends[y]]
        yield Operation.EQUAL if same else Operation.LOCAL, run.end(), run.end() - op.src_start + op.dest_start
