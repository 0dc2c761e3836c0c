"""What must not get worse, as ratios of two things measured in one run: for every change, in half a minute of work.

Times are core seconds, not wall time, so that other work on the machine counts little; the bounds are half of what was
measured when they were set, or less. `make gate` runs it and writes nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPORTS = 24
ROWS = 80_000
QUESTIONS = 100
# Measured on two cores of an AMD EPYC (avx512_vnni) among other work: 8 to 13, 0.05 to 0.06, 0.001, 9 to 16.
LIMITS = [
    ("encoding: sentence-transformers over Bijian", ">=", 3.5),
    ("indexing: reading over encoding", "<=", 0.25),
    ("indexing: unchanged over first", "<=", 0.05),
    ("search: scan over index", ">=", 2.0),
]


def run(quick: bool) -> dict[str, Any]:
    """The ratios; quick and full are the same."""
    return {
        LIMITS[0][0]: encoding(),
        **indexing(),
        LIMITS[3][0]: searching(),
    }


def encoding() -> float:
    """Core time of sentence-transformers' defaults over that of Bijian, the same texts, the better of two rounds."""
    from benchmarks.encode import ask, open_contender

    used = {}
    for name in ("bijian", "sentence-transformers"):
        process = open_contender(name, True)
        try:
            used[name] = min(ask(process, "round")["cpu"] for _ in range(2))
        finally:
            process.kill()
            process.wait()
    return used["sentence-transformers"] / used["bijian"]


def indexing() -> dict[str, float]:
    """Reading over encoding, and a second run over the first one, on a few made reports in one process."""
    from benchmarks.make_reports import write_reports
    from embed.index import Store
    from embed.index.wording import PASSAGE_SIDE
    from embed.models import find_entry, open_encoder
    from embed.pipeline import index_files
    from embed.pipeline.scanning import Job, scan
    from service.settings import Settings

    settings = Settings.read()
    encoder = open_encoder(find_entry(settings.model), cache=settings.cache, engine="openvino")
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where) / "reports"
        write_reports(folder, REPORTS)
        jobs = [Job(str(path), str(path)) for path in sorted(folder.iterdir())]
        scan(jobs[0])
        began = time.process_time()
        scanned = [scan(job) for job in jobs]
        reading = time.process_time() - began
        texts = [text for one in scanned for _, text in one.texts]
        began = time.process_time()
        encoder.encode(texts, side=PASSAGE_SIDE)
        encoding = time.process_time() - began
        store = Store.open(Path(where) / "store", create=True)
        first, unchanged = (_used(lambda: index_files(store, [folder], encoder)) for _ in range(2))
    return {LIMITS[1][0]: reading / encoding, LIMITS[2][0]: unchanged / first}


def searching() -> float:
    """Core time of a scan of the vectors over that of the index, the same questions, on one thread."""
    import faiss
    import numpy as np

    from benchmarks.synthetic import write_store
    from embed.index import Generation

    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as where:
        write_store(Path(where), ROWS)
        generation = Generation(Path(where) / "generations" / "1")
        asked = np.random.default_rng(3).integers(0, ROWS, QUESTIONS)
        queries = np.array([generation.vectors[row] for row in asked])

        def search(exact: bool) -> None:
            for query in queries:
                generation.search(query, 10, exact=exact)

        search(True), search(False)
        return _used(lambda: search(True)) / _used(lambda: search(False))


def _used(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
