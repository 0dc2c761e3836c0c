"""The store at size: filtered search, opening, memory, growth; beside LanceDB on the same vectors in the same run.

Vectors: every row is w·a + (1 − w)·b + 0.8·e, made unit, where a and b are vectors of two real annotated passages,
centred, w is uniform in ½ … 1, and e is noise with the covariance of the real vectors. Queries are made the same way.
Texts, tables and words are those of `benchmarks.synthetic`. Filters are year ≥ X and not province P, X and P drawn
anew for every query. LanceDB runs where BIJIAN_LANCEDB_PYTHON names an interpreter that has it.
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
from typing import Any

import numpy as np

HERE = Path(__file__).parent
NOISE = 0.8
QUERIES = 2000
CHECKED = 300
LIMITS = [
    ("largest/filtered search, p50 ms", "<=", 2.0),
    ("largest/filtered search, p99 ms", "<=", 10.0),
    ("largest/recall@10", ">=", 0.99),
    ("largest/open, seconds", "<=", 0.5),
    ("largest/resident memory while serving, MB", "<=", 900.0),
]


def run(quick: bool) -> dict[str, Any]:
    """Build a store of each size in a process of its own, measure it in another one."""
    sizes = [30_000, 10_000] if quick else [1_000_000, 100_000, 10_000, 300_000, 30_000]  # the largest first
    growth: dict[str, Any] = {}
    rival: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        base = Path(where) / "base.npy"
        np.save(base, real_vectors())
        for size in sizes:
            folder = Path(where) / "store"
            built = _child("build", folder, base, size)
            growth[str(size)] = {**built, **_child("measure", folder, base, size)}
            print(size, json.dumps(growth[str(size)]), file=sys.stderr, flush=True)
            if size == sizes[0]:
                rival = _rival(folder, base)
            shutil.rmtree(folder)
    largest = growth[str(sizes[0])]
    growth = {size: growth[size] for size in sorted(growth, key=int)}
    result: dict[str, Any] = {"largest": largest, "growth": growth, "lancedb": rival}
    if "p50 ms" in rival:
        result["times faster than LanceDB, p50"] = round(rival["p50 ms"] / largest["filtered search, p50 ms"], 1)
    return result


def table(figures: dict[str, Any]) -> str:
    """One column a size."""
    growth = figures["growth"]
    names = list(growth[next(iter(growth))])
    lines = [
        "| passages | " + " | ".join(f"{int(size):,}" for size in growth) + " |",
        "| --- " * (len(growth) + 1) + "|",
    ]
    lines += [f"| {name} | " + " | ".join(str(growth[size].get(name, "")) for size in growth) + " |" for name in names]
    lines += ["", f"LanceDB on the same vectors, queries and filters: {json.dumps(figures['lancedb'])}"]
    if "times faster than LanceDB, p50" in figures:
        lines.append(f"Times faster than LanceDB at p50: {figures['times faster than LanceDB, p50']}")
    return "\n".join(lines)


def real_vectors() -> np.ndarray:
    """Vectors of the annotated passages by the default model, centred unit rows."""
    from benchmarks.encode import texts
    from embed.index.wording import PASSAGE_SIDE, embedding_text
    from embed.models import open_encoder, read_models
    from service.settings import Settings

    settings = Settings.read()
    encoder = open_encoder(read_models()[settings.model], cache=settings.cache, engine=settings.engine)
    found = encoder.encode([embedding_text(t, ()) for t in texts(False)], side=PASSAGE_SIDE)
    found = found - found.mean(axis=0)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def mixtures(base: np.ndarray, rows: int, seed: int) -> np.ndarray:
    """Rows mixed as the module says."""
    random = np.random.default_rng(seed)
    _, spread, axes = np.linalg.svd(base, full_matrices=False)
    spread = (spread / np.sqrt(len(base))).astype(np.float32)
    first, second = random.integers(0, len(base), (2, rows))
    w = random.uniform(0.5, 1.0, (rows, 1)).astype(np.float32)
    noise = (random.standard_normal((rows, len(spread)), dtype=np.float32) * spread) @ axes.astype(np.float32)
    mixed = w * base[first] + (1 - w) * base[second] + NOISE * noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _child(step: str, folder: Path, base: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.store", step, str(folder), str(base), str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    value: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return value


def build(folder: Path, base: Path, size: int) -> dict[str, Any]:
    """Write the store; the time is that of the cells alone, memory the peak of the process."""
    from numpy.lib.format import open_memmap

    from benchmarks import synthetic
    from embed.index.ivf import EXACT_UP_TO, build_ivf
    from embed.index.manifest import IndexSettings, Manifest

    synthetic.EXACT_UP_TO = size  # its own vectors are replaced, so no cells are built for them
    synthetic.write_store(folder, size)
    inside = folder / "generations" / "1"
    out = open_memmap(inside / "vectors.npy", mode="w+", dtype=np.float32, shape=(size, base_width(base)))
    real = np.load(base)
    for n, begin in enumerate(range(0, size, 50_000)):
        rows = min(50_000, size - begin)
        out[begin : begin + rows] = mixtures(real, rows, 1000 + n)
    out.flush()
    del out
    started = time.perf_counter()
    roles = np.load(inside / "passage.role.npy")
    index = build_ivf(inside, roles) if size > EXACT_UP_TO else IndexSettings()
    seconds = time.perf_counter() - started
    manifest = Manifest.read(inside)
    files = {p.name: (p.stat().st_size, "") for p in sorted(inside.iterdir()) if p.name != "manifest.json"}
    from dataclasses import replace

    replace(manifest, index=index, files=files).write(inside)
    total = sum(p.stat().st_size for p in inside.iterdir())
    return {
        "cells": index.lists,
        "build of the cells, seconds": round(seconds, 1),
        "bytes a passage on disk": round(total / size),
    }


def base_width(base: Path) -> int:
    """Length of a vector."""
    return int(np.load(base, mmap_mode="r").shape[1])


def filters(count: int, seed: int) -> list[Any]:
    """Year ≥ X and not province P."""
    from embed.index import Filter
    from embed.structure.divisions import load_divisions

    provinces = [code for code in load_divisions().codes if len(code) == 2]
    random = np.random.default_rng(seed)
    return [
        Filter(
            year_from=int(random.integers(2017, 2025)),
            exclude_regions=(provinces[int(random.integers(len(provinces)))],),
        )
        for _ in range(count)
    ]


def measure(folder: Path, base: Path, size: int) -> dict[str, Any]:
    """Open the store, search it as a server would on one thread, compare with a scan."""
    import faiss

    from embed.index import Generation

    faiss.omp_set_num_threads(1)
    started = time.perf_counter()
    generation = Generation(folder / "generations" / "1")
    opened = time.perf_counter() - started
    queries, wheres = mixtures(np.load(base), QUERIES, 7), filters(QUERIES, 7)
    for where in filters(20, 8):
        generation.search(queries[0], 10, within=generation.select(where))
    times, busy = [], []
    for query, where in zip(queries, wheres, strict=True):
        started, worked = time.perf_counter(), time.thread_time()
        generation.search(query, 10, within=generation.select(where))
        times.append((time.perf_counter() - started) * 1000)
        busy.append((time.thread_time() - worked) * 1000)
    resident = _resident()
    good = []
    for query, where in list(zip(queries, wheres, strict=True))[:CHECKED]:
        within = generation.select(where)
        found = generation.search(query, 10, within=within)
        right = generation.search(query, 10, within=within, exact=True)
        good.append(len(np.intersect1d(found.rows[0], right.rows[0])) / 10)
    words = ["人民", "调解", "矛盾", "化解", "执法", "监督"]
    lexical = []
    for n, where in enumerate(wheres[:200]):
        started = time.perf_counter()
        generation.lexical.top(
            [words[n % 6], words[(n + 1) % 6], words[(n + 2) % 6]], 10, within=generation.rows(where)
        )
        lexical.append((time.perf_counter() - started) * 1000)
    faiss.omp_set_num_threads(2)
    started = time.perf_counter()
    done = 0
    for rows, _ in generation.neighbours(15, block=512):
        done += len(rows)
        if time.perf_counter() - started > 10:
            break
    rate = done / (time.perf_counter() - started)
    return {
        "open, seconds": round(opened, 3),
        "filtered search, p50 ms": round(float(np.median(times)), 3),
        "filtered search, p99 ms": round(float(np.quantile(times, 0.99)), 3),
        "its processor time, p50 ms": round(float(np.median(busy)), 3),
        "its processor time, p99 ms": round(float(np.quantile(busy, 0.99)), 3),
        "recall@10": round(float(np.mean(good)), 4),
        "recall in the manifest": generation.manifest.index.recall,
        "resident memory while serving, MB": round(resident),
        "words with filter, p50 ms": round(float(np.median(lexical)), 2),
        "15 neighbours of all, rows a second": round(rate),
    }


def _resident() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _rival(folder: Path, base: Path) -> dict[str, Any]:
    """LanceDB in its own interpreter, on the same vectors, columns, queries and filters."""
    python = os.environ.get("BIJIAN_LANCEDB_PYTHON")
    if not python:
        return {"skipped": "BIJIAN_LANCEDB_PYTHON is not set"}
    from embed.index import Generation

    generation = Generation(folder / "generations" / "1")
    queries, wheres = mixtures(np.load(base), QUERIES, 7)[:CHECKED], filters(QUERIES, 7)[:CHECKED]
    truth = [
        generation.search(q, 10, within=generation.select(w), exact=True).rows[0]
        for q, w in zip(queries, wheres, strict=True)
    ]
    report = np.asarray(generation.passages.report)
    given = folder.parent / "rival.npz"
    np.savez(
        given,
        queries=queries,
        truth=np.array(truth),
        year=np.asarray(generation.reports.year)[report],
        province=np.asarray(generation.reports.province)[report],
        year_from=[w.year_from for w in wheres],
        excluded=[int(w.exclude_regions[0]) for w in wheres],
    )
    vectors = folder / "generations" / "1" / "vectors.npy"
    command = [python, str(HERE / "lancedb_rival.py"), str(vectors), str(given), str(folder.parent / "lance")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"failed": done.stderr[-500:]}
    value: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return value


if __name__ == "__main__":
    step = {"build": build, "measure": measure}[sys.argv[1]]
    print(json.dumps(step(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))))
