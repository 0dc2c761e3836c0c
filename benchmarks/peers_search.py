"""Filtered search beside LanceDB, Milvus Lite, Chroma, Qdrant's local mode and plain FAISS, on the same input.

Vectors and queries are those of `benchmarks.store`; every query has a filter of its own, year ≥ X and not province P.
Right answers come from a scan in float64. Each contender builds in a process of its own and is measured in another:
`build` is the time from vectors and columns in memory to a store on disk that answers, at most ten minutes (one in
quick mode). For Bijian it is that of the vectors and their cells, without texts and words. The others need an
interpreter of their own:

    python3 -m venv peers
    peers/bin/pip install numpy pyarrow faiss-cpu lancedb pymilvus milvus-lite chromadb qdrant-client
    BIJIAN_PEERS_PYTHON=peers/bin/python python -m benchmarks --full peers_search
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from embed.index import Filter

HERE = Path(__file__).parent
PYTHON = "BIJIAN_PEERS_PYTHON"
QUICK, FULL = (20_000,), (20_000, 200_000)
QUERIES = 300
LONGEST = {True: 60.0, False: 600.0}  # seconds for one step of another program, in quick and in full mode
OURS = "Bijian"
LIMITS = [("recall@10 of Bijian at the largest size", ">=", 0.99)]


def run(quick: bool) -> dict[str, Any]:
    """Every contender at every size."""
    from benchmarks.search_rivals import RIVALS
    from benchmarks.store import real_vectors

    python = os.environ.get(PYTHON)
    if not python:
        print(f"Bijian alone: {PYTHON} is not set.\n\n{__doc__}", file=sys.stderr)
    sizes: dict[str, Any] = {}
    base = real_vectors()
    for size in QUICK if quick else FULL:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
            folder = Path(where)
            built = prepare(folder, base, size)
            ours = _step([sys.executable, "-m", "benchmarks.peers_search", str(folder)], LONGEST[False])
            rows = {OURS: {**built, **ours}}
            for name in RIVALS if python else ():
                rows[name] = _rival([str(python), str(HERE / "search_rivals.py"), name], folder, LONGEST[quick])
                print(size, name, json.dumps(rows[name]), file=sys.stderr, flush=True)
            sizes[str(size)] = rows
    largest = sizes[max(sizes, key=int)]
    return {"sizes": sizes, "recall@10 of Bijian at the largest size": largest[OURS]["recall@10"]}


def table(figures: dict[str, Any]) -> str:
    """One table a size."""
    names = ["p50 ms", "p99 ms", "recall@10", "build, seconds", "MB on disk", "resident MB", "version"]
    lines = []
    for size, rows in figures["sizes"].items():
        lines += [f"{int(size):,} vectors of 384 numbers, {QUERIES} filtered queries, one at a time:", ""]
        lines += ["| | " + " | ".join(names) + " |", "| --- " * (len(names) + 1) + "|"]
        for name, row in rows.items():
            cells = [str(row.get(key, "")) for key in names]
            lines.append(f"| {name} | " + " | ".join(cells) + " |" + (f" {row['failed']}" if "failed" in row else ""))
        lines.append("")
    return "\n".join(lines).rstrip()


def prepare(folder: Path, base: np.ndarray, size: int) -> dict[str, Any]:
    """Write Bijian's store, and for the others the same vectors, columns, queries and right answers."""
    from dataclasses import replace

    from benchmarks import synthetic
    from benchmarks.store import mixtures
    from embed.index import Generation
    from embed.index.files import write_array
    from embed.index.ivf import EXACT_UP_TO, build_ivf
    from embed.index.manifest import IndexSettings, Manifest

    vectors = mixtures(base, size, 1000)
    synthetic.EXACT_UP_TO = size  # cells are built below, for the vectors that all share
    synthetic.write_store(folder / "store", size)
    inside = folder / "store" / "generations" / "1"
    began = time.perf_counter()
    write_array(inside / "vectors.npy", vectors)
    index = build_ivf(inside, np.load(inside / "passage.role.npy")) if size > EXACT_UP_TO else IndexSettings()
    seconds = time.perf_counter() - began
    files = {path.name: (path.stat().st_size, "") for path in sorted(inside.iterdir()) if path.name != "manifest.json"}
    replace(Manifest.read(inside), index=index, files=files).write(inside)
    generation = Generation(inside)
    report = np.asarray(generation.passages.report)
    year, province = np.asarray(generation.reports.year)[report], np.asarray(generation.reports.province)[report]
    random = np.random.default_rng(7)
    first, other = random.integers(2017, 2025, QUERIES), random.choice(np.unique(province), QUERIES)
    queries = mixtures(base, QUERIES, 7)
    truth = []
    for query, y, p in zip(queries, first, other, strict=True):
        rows = np.flatnonzero((year >= y) & (province != p))
        truth.append(rows[np.argsort(-(vectors[rows].astype(np.float64) @ query), kind="stable")[:10]])
    np.save(folder / "vectors.npy", vectors)
    np.savez(folder / "columns.npz", year=year.astype(np.int16), province=province.astype(np.int16))
    np.savez(folder / "queries.npz", queries=queries, year=first, province=other, truth=np.array(truth))
    searched = [n for n in files if not n.startswith(("texts", "headings", "metadata", "lexical", "departments"))]
    size_on_disk = sum(files[name][0] for name in searched)
    return {"version": "this one", "build, seconds": round(seconds, 1), "MB on disk": round(size_on_disk / 2**20, 1)}


def measure(folder: Path) -> dict[str, Any]:
    """Bijian's store as a server asks it: one thread, the filter evaluated for every query."""
    import faiss

    from benchmarks.search_rivals import figures
    from embed.index import Generation

    faiss.omp_set_num_threads(1)
    generation = Generation(folder / "store" / "generations" / "1")
    given = np.load(folder / "queries.npz")
    asked = list(zip(*(given[name] for name in ("queries", "year", "province", "truth")), strict=True))
    for query, year, province, _ in asked[:10]:
        # Other filters than the measured ones: those are met for the first time.
        generation.search(query, 10, within=generation.select(_filter(int(year) - 20, province)))
    times, good = [], []
    for query, year, province, right in asked:
        began = time.perf_counter()
        found = generation.search(query, 10, within=generation.select(_filter(int(year), province))).rows[0]
        times.append((time.perf_counter() - began) * 1000)
        good.append(len(np.intersect1d(found, right)) / 10)
    return figures(times, good)


def _filter(year: int, province: int) -> Filter:
    from embed.index import Filter

    return Filter(year_from=year, exclude_regions=(f"{province:02d}",))


def _rival(command: list[str], folder: Path, longest: float) -> dict[str, Any]:
    found = _step([*command, "build", str(folder)], longest)
    if "failed" not in found:
        found |= _step([*command, "measure", str(folder)], longest)
    shutil.rmtree(folder / command[-1].replace(", ", "-").replace(" ", "-"), ignore_errors=True)
    return found


def _step(command: list[str], longest: float) -> dict[str, Any]:
    try:
        done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False, timeout=longest)
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished in {longest:.0f} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    value: dict[str, Any] = json.loads(lines[-1])
    return value


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
