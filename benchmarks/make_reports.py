"""Make as many reports as wanted out of the annotated and the seed reports: other places, years, numbers and clauses.

    python -m benchmarks.make_reports FOLDER COUNT

Report number n is always the same text. Layout, headings and damage (hard line breaks, page chrome, traditional
characters, advertising) stay as they are in the source. In long lines about a third of the clauses inside a sentence
is taken from other reports, from a section of the same kind, and whole sentences change places, so that nearly every
passage is a text of its own even without its names and numbers.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SEED = 20
SWAPPED = 0.35  # of the clauses that stand inside a sentence
LONG = 28  # characters from which a line is body text
YEARS = range(2016, 2026)
_SENTENCE = re.compile(r"[^。;；]+[。;；]?")
_MARK = re.compile(r"^(?:[一二三四五六七八九十]{1,3}(?:是|、)|\(?[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.、])")
_PLAN = re.compile("打算|计划|下一步|下步|安排|思路")
_PROBLEM = re.compile("问题|不足|短板|差距|原因")
_YEAR = re.compile(r"20[12]\d(?=年)")
_NUMBER = re.compile(r"(?<![\d.〔\[])[1-9]\d{0,4}(?![\d.]|年|月|日|号|\s*〕)")


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    year: int
    names: tuple[str, ...]  # town, county, city, province; empty where the report names none


def write_reports(folder: Path, count: int, begin: int = 0) -> None:
    """Write reports begin … begin + count − 1 as text files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(begin, begin + count):
        (folder / f"{number:06d}.txt").write_text(report_text(number), encoding="utf-8")


def report_text(number: int) -> str:
    """The text of one report."""
    mine = random.Random(SEED * 1_000_003 + number)
    source = mine.choice(_sources())
    text = source.text
    for old, new in zip(source.names, mine.choice(_places()), strict=True):
        text = _renamed(text, old, new)
    shift = mine.choice(YEARS) - source.year
    text = _YEAR.sub(lambda found: str(int(found.group()) + shift), text)
    text = _NUMBER.sub(lambda found: _other_number(mine, found.group()), text)
    return "\n".join(_mixed(mine, kind, line) for kind, line in _lines(text))


def _other_number(mine: random.Random, digits: str) -> str:
    low = 10 ** (len(digits) - 1)
    return str(mine.randint(max(2, low), 10 * low - 1)) if digits != "1" else digits


def _renamed(text: str, old: str, new: str) -> str:
    """The name replaced in full and without its last character, in simplified and in traditional characters."""
    if not old or not new:
        return text
    for written, other in ((old, new), (_traditional(old), _traditional(new))):
        text = text.replace(written, other)
        if len(written) > 2 and len(other) > 2:
            text = text.replace(written[:-1], other[:-1])
    return text


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line with the kind of section it stands in, judged by the short lines above it."""
    kind = "measure"
    for line in text.split("\n"):
        if len(line) < LONG:
            kind = "plan" if _PLAN.search(line) else "problem" if _PROBLEM.search(line) else kind
        yield kind, line


def _mixed(mine: random.Random, kind: str, line: str) -> str:
    if len(line) < LONG:
        return line
    sentences = [_with_other_clauses(mine, kind, found.group()) for found in _SENTENCE.finditer(line)]
    # The first sentence may begin and the last one may end on another line.
    inner = sentences[1:-1]
    marks = [_mark(sentence) for sentence in inner]
    bare = [sentence[len(mark) :] for sentence, mark in zip(inner, marks, strict=True)]
    mine.shuffle(bare)
    return "".join([*sentences[:1], *(m + s for m, s in zip(marks, bare, strict=True)), *sentences[1:][-1:]])


def _mark(sentence: str) -> str:
    found = _MARK.match(sentence)
    return found.group() if found else ""


def _with_other_clauses(mine: random.Random, kind: str, sentence: str) -> str:
    """A third of the clauses between the first and the last comma exchanged, at least one; one put in where none is."""
    clauses = re.split(r"(?<=[,，])", sentence)
    inside = range(1, len(clauses) - 1)
    chosen = [i for i in inside if mine.random() < SWAPPED] or [mine.choice(inside)] if inside else []
    for i in chosen:
        clauses[i] = mine.choice(_pool()[kind])
    if len(clauses) == 2:
        clauses.insert(1, mine.choice(_pool()[kind]))
    return "".join(clauses)


@lru_cache(maxsize=1)
def _pool() -> dict[str, list[str]]:
    """Clauses inside sentences, by the kind of section, in the order of the sources."""
    found: dict[str, dict[str, None]] = {"measure": {}, "problem": {}, "plan": {}}
    for source in _sources():
        for kind, line in _lines(source.text):
            if len(line) < LONG:
                continue
            for sentence in _SENTENCE.findall(line):
                for clause in re.split(r"(?<=[,，])", sentence)[1:-1]:
                    if 6 <= len(clause) <= 40:
                        found[kind].setdefault(clause)
    return {kind: list(clauses) for kind, clauses in found.items()}


@lru_cache(maxsize=1)
def _sources() -> list[_Source]:
    from embed.reading import clean, read_documents
    from embed.reading.document import SourceDocument
    from embed.structure import understand

    sources = []
    for path in [*sorted((ROOT / "tests/gold/dev").glob("r*.txt")), *sorted((ROOT / "seeds").glob("*.txt"))]:
        document = next(d for d in read_documents(path) if isinstance(d, SourceDocument))
        metadata = understand(document, clean(document)).metadata
        region = metadata.region
        names = tuple(name or "" for name in (region.town, region.county, region.city, region.province))
        sources.append(_Source(path.read_text(encoding="utf-8"), metadata.year or YEARS[-1], names))
    return sources


@lru_cache(maxsize=1)
def _places() -> list[tuple[str, ...]]:
    """Town, county, city and province of every town in the table of divisions."""
    from embed.structure.divisions import load_divisions

    divisions = load_divisions()
    regions = (divisions.region(row) for row, code in enumerate(divisions.codes) if len(code) == 9)
    return [tuple(name or "" for name in (r.town, r.county, r.city, r.province)) for r in regions]


@lru_cache(maxsize=1 << 12)
def _traditional(name: str) -> str:
    import opencc

    return str(opencc.OpenCC("s2t").convert(name))


if __name__ == "__main__":
    write_reports(Path(sys.argv[1]), int(sys.argv[2]))
