"""The same report twice: reposted, mirrored, uploaded again.

Texts are compared by their 5-character shingles (Han characters and digits only, so that layout and punctuation do not
count). A sketch of 64 minima, one for each bin of a single hash (one permutation hashing, Li, Owen and Zhang, NIPS
2012), finds the pairs worth a look: reports that share one of 21 bands of three minima. Each such pair is then compared
exactly. Sketching takes time linear in the text, finding pairs n log n in the number of reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Level, Metadata

__all__ = ["SKETCH_BYTES", "ReportKey", "find_repeats", "sketch"]

SHINGLE = 5
BINS = 64
SKETCH_BYTES = 4 * BINS
BANDS = 21
ALIKE = 0.8  # shared part of all shingles of both (Jaccard) from which two texts are one report
INSIDE = 0.9  # or shared part of the shorter one, when it holds at least HALF of the longer one
HALF = 0.6
ALIKE_ANYWHERE = 0.97  # asked for when neither report says where it is from: towns copy each other's reports
SEEN = 0.25  # equal part of two sketches below which texts are not compared: four deviations under what they need
SEEN_ANYWHERE = 0.8
MOST_COMPARED = 128  # of one band, year and county; keeps a flood of look-alikes from costing the square of its size
MOST_HELD = 1024  # texts whose shingles are held at a time, about 80 MB
_BUCKETS = 1 << 15  # that shingles fall into, to see at once that two texts share too few
_EMPTY = np.uint32(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class ReportKey:
    """What decides, beside the text, whether two documents are one report. `sketch` has BINS · 4 bytes."""

    id: str
    sketch: bytes
    published: date | None = None
    year: int | None = None
    code: str | None = None
    town: str | None = None
    level: Level | None = None
    department: str | None = None
    is_report: bool = True
    length: int = 0  # characters of the text

    @classmethod
    def of(cls, report_id: str, metadata: Metadata, text_sketch: bytes, length: int) -> ReportKey:
        """The key of a report whose text was sketched before."""
        region = metadata.region
        return cls(
            report_id,
            text_sketch,
            metadata.published,
            metadata.year,
            region.code,
            region.town,
            metadata.level,
            metadata.department,
            metadata.kind.is_report,
            length,
        )


def sketch(text: str) -> bytes:
    """The least hash of the text's shingles in each of 64 bins, little-endian uint32; b"" for a text without any."""
    hashes = _shingles(text)
    if not len(hashes):
        return b""
    bins = (hashes >> np.uint64(58)).astype(np.int64)
    values = ((hashes >> np.uint64(20)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    minima = np.full(BINS, _EMPTY, dtype=np.uint32)
    np.minimum.at(minima, bins, values)
    return _filled(minima).astype("<u4").tobytes()


def find_repeats(reports: Iterable[ReportKey], text_of: Callable[[str], str]) -> dict[str, str]:
    """Which report repeats which: id of the copy → id of the original.

    The original is the one published first; a report without a date comes after those with one, and a document that
    was not recognised as a report after all that were. Among equals it is the longest, then the smallest id. `text_of`
    gives the text that was sketched and is asked only for pairs that look alike. The result does not depend on the
    order of the reports.
    """
    ordered = sorted(reports, key=lambda r: (not r.is_report, r.published or date.max, -r.length, r.id))
    candidates = _candidates(ordered)
    texts: dict[str, _Shingles] = {}
    original: dict[int, int] = {}
    for later in sorted(candidates):
        for earlier in sorted(candidates[later]):
            if earlier in original or not _look_alike(ordered[earlier], ordered[later]):
                continue
            if _are_one(ordered[earlier], ordered[later], texts, text_of):
                original[later] = earlier
                break
    return {ordered[a].id: ordered[b].id for a, b in sorted(original.items())}


def _shingles(text: str) -> NDArray[np.uint64]:
    """A hash for each run of SHINGLE characters that count; shape (characters − 4,), uint64."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    han = ((points >= 0x3400) & (points <= 0x9FFF)) | ((points >= 0x20000) & (points <= 0x323AF))
    kept = points[han | ((points >= 0x30) & (points <= 0x39))].astype(np.uint64)
    if len(kept) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    count = len(kept) - SHINGLE + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = (hashes ^ kept[offset : offset + count]) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return hashes


def _filled(minima: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Empty bins take the value of the next full one, as in optimal rotation, so that short texts can be compared."""
    full = np.flatnonzero(minima != _EMPTY)
    following = full[np.searchsorted(full, np.arange(BINS)) % len(full)]
    return minima[following]


def _candidates(ordered: Sequence[ReportKey]) -> dict[int, set[int]]:
    """For each report the earlier ones that share a band with it."""
    rows = [i for i, r in enumerate(ordered) if len(r.sketch) == SKETCH_BYTES]
    if not rows:
        return {}
    table = np.frombuffer(b"".join(ordered[i].sketch for i in rows), dtype="<u4").reshape(len(rows), BINS)
    found: dict[int, set[int]] = defaultdict(set)
    width = BINS // BANDS
    for band in range(BANDS):
        part = np.ascontiguousarray(table[:, band * width : (band + 1) * width])
        keys = part.view(np.dtype((np.void, 4 * width))).ravel()
        order = np.argsort(keys, kind="stable")
        breaks = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
        for group in np.split(order, breaks):
            if len(group) > 1:
                _pair_up([rows[i] for i in sorted(group.tolist())], ordered, found)
    return found


def _pair_up(group: Sequence[int], ordered: Sequence[ReportKey], found: dict[int, set[int]]) -> None:
    """Pair the members of one band that may be one report, each with the earlier ones of its year and county."""
    near: dict[object, list[int]] = defaultdict(list)
    for position, later in enumerate(group):
        key = ordered[later]
        place = (key.year, key.code[:6]) if key.year and key.code and len(key.code) >= 6 else None
        among = sorted([*near[place], *near[None]]) if place else group[: min(position, MOST_COMPARED)]
        for earlier in among:
            if _may_be_one(ordered[earlier], key):
                found[later].add(earlier)
                if _interchangeable(ordered[earlier], key):
                    break
        if len(near[place]) < MOST_COMPARED:
            near[place].append(later)


def _may_be_one(a: ReportKey, b: ReportKey) -> bool:
    """Nothing known about them differs: year, level, place, department."""
    same = (
        (a.year, b.year),
        (a.level, b.level),
        (a.department, b.department),
        (a.town, b.town),
    )
    if any(x is not None and y is not None and x != y for x, y in same):
        return False
    return a.code is None or b.code is None or a.code.startswith(b.code) or b.code.startswith(a.code)


def _interchangeable(a: ReportKey, b: ReportKey) -> bool:
    """Whether what one of them repeats is repeated by the other too."""
    return a.sketch == b.sketch and (a.year, a.code, a.town, a.level, a.department) == (
        b.year,
        b.code,
        b.town,
        b.level,
        b.department,
    )


def _look_alike(a: ReportKey, b: ReportKey) -> bool:
    """Whether the sketches leave it possible that the texts are as alike as `_are_one` asks for."""
    same = np.count_nonzero(np.frombuffer(a.sketch, dtype="<u4") == np.frombuffer(b.sketch, dtype="<u4"))
    return bool(same >= (SEEN_ANYWHERE if a.code is None and b.code is None else SEEN) * BINS)


class _Shingles:
    """The different shingles of one text, ascending, and which buckets they fall into."""

    def __init__(self, text: str) -> None:
        ordered = np.sort(_shingles(text))
        self.hashes = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
        self.buckets = np.zeros(_BUCKETS, dtype=bool)
        self.buckets[(self.hashes >> np.uint64(24)).astype(np.intp) & (_BUCKETS - 1)] = True
        self.spare = len(self.hashes) - int(np.count_nonzero(self.buckets))

    def __len__(self) -> int:
        return len(self.hashes)

    def most_shared(self, other: _Shingles) -> int:
        """No fewer than the shingles that both have, and quickly found."""
        return int(np.count_nonzero(self.buckets & other.buckets)) + min(self.spare, other.spare)

    def shared(self, other: _Shingles) -> int:
        """How many shingles both have."""
        return len(np.intersect1d(self.hashes, other.hashes, assume_unique=True))


def _are_one(a: ReportKey, b: ReportKey, texts: dict[str, _Shingles], text_of: Callable[[str], str]) -> bool:
    if len(texts) > MOST_HELD:
        texts.clear()
    for key in (a, b):
        if key.id not in texts:
            texts[key.id] = _Shingles(text_of(key.id))
    first, second = texts[a.id], texts[b.id]
    anywhere = a.code is None and b.code is None
    sizes = len(first), len(second)
    return _enough(first.most_shared(second), sizes, anywhere) and _enough(first.shared(second), sizes, anywhere)


def _enough(shared: int, sizes: tuple[int, int], anywhere: bool) -> bool:
    """Whether texts of so many shingles that share so many are one report."""
    union, least, most = sum(sizes) - shared, min(sizes), max(sizes)
    if anywhere:
        return shared >= ALIKE_ANYWHERE * union
    return shared >= ALIKE * union or (shared >= INSIDE * least and least >= HALF * most)
