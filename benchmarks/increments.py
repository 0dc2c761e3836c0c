"""What it costs to index again: nothing changed, one in a hundred new.

Reports are text files of 24 paragraphs drawn from a pool of 3,000 made of real clauses, so few texts have to be encoded
and the first run is far quicker than one on a real corpus, where every report has texts of its own. `share of the first
run` is therefore given twice: of the run that was measured, and of that run plus the time that encoding every passage
once takes at the rate measured here.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embed.models.encoder import Encoder

LIMITS = [
    ("unchanged, share of the first run measured", "<=", 0.03),
    ("one in a hundred new, share of a first run that encodes all", "<=", 0.03),
]
YEARS = range(2016, 2026)


def run(quick: bool) -> dict[str, Any]:
    """Index reports, index them again, add one in a hundred and index again; the default model."""
    from embed.index import Store
    from embed.models import open_encoder, read_models
    from embed.models.opening import cores_given
    from embed.pipeline import IndexOptions, index_files
    from service.settings import Settings

    count = 500 if quick else 10_000
    settings = Settings.read()
    encoder = open_encoder(read_models()[settings.model], cache=settings.cache, engine=settings.engine)
    options = IndexOptions(workers=cores_given())
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where) / "reports"
        folder.mkdir()
        write_reports(folder, 0, count)
        store = Store.open(Path(where) / "store", create=True)
        seconds, outcomes = [], []
        for step in range(3):
            if step == 2:
                write_reports(folder, count, count + count // 100)
            started = time.perf_counter()
            outcomes.append(index_files(store, [folder], encoder, options=options))
            seconds.append(time.perf_counter() - started)
        rate = _rate(encoder)
    first, unchanged, added = seconds
    everything = first + (outcomes[0].passages - outcomes[0].embedded) / rate
    return {
        "reports": count,
        "passages": outcomes[0].passages,
        "encoded in the first run": outcomes[0].embedded,
        "first run, seconds": round(first, 1),
        "its stages": outcomes[0].seconds,
        "encoder, passages a second": round(rate),
        "a first run that encodes all, seconds": round(everything, 1),
        "unchanged, seconds": round(unchanged, 2),
        "one in a hundred new, seconds": round(added, 2),
        "its stages, one in a hundred new": outcomes[2].seconds,
        "unchanged, share of the first run measured": round(unchanged / first, 4),
        "one in a hundred new, share of the first run measured": round(added / first, 4),
        "one in a hundred new, share of a first run that encodes all": round(added / everything, 4),
    }


def write_reports(folder: Path, begin: int, end: int) -> None:
    """Report number n is always the same text."""
    from benchmarks.synthetic import gold_clauses
    from embed.structure.divisions import load_divisions

    clauses = [clause.strip("，,。；;") for clause, _ in gold_clauses()]
    chance = random.Random(11)
    pool = ["，".join(chance.sample(clauses, 3)) + "。" for _ in range(3000)]
    divisions = load_divisions()
    counties = [divisions.names[row] for row, code in enumerate(divisions.codes) if len(code) == 6]
    for number in range(begin, end):
        mine = random.Random(number)
        place, year = mine.choice(counties), mine.choice(YEARS)
        chosen = mine.sample(pool, 24)
        lines = [f"{place}{year}年法治政府建设情况报告", "一、主要举措和成效", *chosen[:16]]
        lines += ["二、存在的问题", *chosen[16:20], "三、下一步打算", *chosen[20:]]
        (folder / f"{number:06d}.txt").write_text("\n".join(lines), encoding="utf-8")


def _rate(encoder: Encoder) -> float:
    from benchmarks.encode import texts
    from embed.index.wording import PASSAGE_SIDE

    given = texts(False)
    encoder.encode(given[:16], side=PASSAGE_SIDE)
    started = time.perf_counter()
    encoder.encode(given, side=PASSAGE_SIDE)
    return len(given) / (time.perf_counter() - started)
