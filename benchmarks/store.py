"""The store at size: filtered search, opening, memory, growth; beside LanceDB on the same vectors in the same run.

Vectors: every row is w·a + (1 − w)·b + 0.8·e, made unit, where a and b are vectors of two real annotated passages,
centred, w is uniform in ½ … 1, and e is noise with the covariance of the real vectors. Queries are made the same way.
Texts, tables and words are those of `benchmarks.synthetic`. Filters are year ≥ X and not province P, X and P drawn
anew for every query. LanceDB runs where BIJIAN_LANCEDB_PYTHON names an interpreter that has it.

    python -m benchmarks --full store
    python -m benchmarks.store prepare FOLDER        # build the stores of a full run beforehand
    BIJIAN_BENCH_DIR=FOLDER python -m benchmarks --full store

Each store is built in a process of its own and measured in another one, on one thread, as a server answers one
request. 200 questions that are not measured come first; the filters of the measured ones are met for the first time.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.growth import extrapolated, growth_table, write_plot

if TYPE_CHECKING:
    from embed.index import Filter, Generation

HERE = Path(__file__).parent
NOISE = 0.8
QUERIES = 2000
WARMING = 200
CHECKED = 200
FULL = (10_000, 30_000, 100_000, 300_000, 1_000_000)
QUICK = (10_000, 30_000)
LIMITS = [
    ("largest/filtered search, p50 ms", "<=", 2.0),
    ("largest/filtered search, p99 ms", "<=", 10.0),
    ("largest/recall@10", ">=", 0.99),
    ("largest/open, seconds", "<=", 0.5),
    ("largest/resident memory while serving, MB", "<=", 900.0),
    ("lowest recall@10 under any filter of any size", ">=", 0.99),
]
FASTER = ("times faster than LanceDB, p50", ">=", 10.0)


def run(quick: bool) -> dict[str, Any]:
    """Build the stores that are not there, measure each of them in a process of its own, and LanceDB beside them."""
    sizes = QUICK if quick else FULL
    growth: dict[str, Any] = {}
    with _folder(quick) as folder:
        prepare(folder, sizes)
        for size in sizes:
            inside = folder / str(size)
            growth[str(size)] = {**json.loads((inside / "built.json").read_text("utf-8")), **_child("measure", inside)}
            print(size, json.dumps(growth[str(size)]), file=sys.stderr, flush=True)
        rival = _rival(folder, sizes[-1])
    recalls = [share["recall@10"] for each in growth.values() for share in each["filters that keep"].values()]
    result: dict[str, Any] = {
        "largest": growth[str(sizes[-1])],
        "growth": growth,
        "lowest recall@10 under any filter of any size": min(recalls),
        "lancedb": rival,
    }
    if not quick:
        result["50,000,000 passages, from these slopes"] = extrapolated(growth)
        write_plot(growth, HERE / "results" / "store.full.svg")
    if "p50 ms" in rival:
        ours = growth[str(rival["rows"])]["filtered search, p50 ms"]
        result[FASTER[0]] = round(rival["p50 ms"] / ours, 1)
        LIMITS.append(FASTER)
    return result


@contextlib.contextmanager
def _folder(quick: bool) -> Iterator[Path]:
    kept = os.environ.get("BIJIAN_BENCH_DIR")
    if kept and not quick:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as where:
        yield Path(where)


def table(figures: dict[str, Any]) -> str:
    """One column a size; filters by their share; LanceDB; what fifty million need."""
    growth = figures["growth"]
    lines = [*growth_table(growth), "", *_shares(growth), "", *_beside(figures)]
    need = figures.get("50,000,000 passages, from these slopes")
    if need:
        lines += ["", "![growth](store.full.svg)", "", "| 50,000,000 passages, from these slopes | |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in need.items()]
    return "\n".join(lines)


def _shares(growth: dict[str, Any]) -> list[str]:
    """Recall and time of filters by the share of the rows that they keep."""
    lines = ["| filter keeps, of | " + " | ".join(f"{int(size):,}" for size in growth) + " |"]
    lines.append("| --- " * (len(growth) + 1) + "|")
    for name in next(iter(growth.values()))["filters that keep"]:
        cells = [each["filters that keep"][name] for each in growth.values()]
        shown = [f"recall {c['recall@10']}, p50 {c['p50 ms']} ms, p99 {c['p99 ms']} ms" for c in cells]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return lines


def _beside(figures: dict[str, Any]) -> list[str]:
    rival = figures["lancedb"]
    if "p50 ms" not in rival:
        return [f"LanceDB: {json.dumps(rival)}"]
    ours = figures["growth"][str(rival["rows"])]
    return [
        f"| {rival['rows']:,} rows, same vectors, queries and filters | Bijian | LanceDB {rival['version']} |",
        "| --- | --- | --- |",
        f"| recall@10 | {ours['recall@10']} | {rival['recall@10']} |",
        f"| p50 ms | {ours['filtered search, p50 ms']} | {rival['p50 ms']} |",
        f"| p99 ms | {ours['filtered search, p99 ms']} | {rival['p99 ms']} |",
        f"| build of the index, seconds | {ours['build of the cells, seconds']} | {rival['index, seconds']} |",
        "",
        (
            f"LanceDB: IVF-HNSW-SQ, {rival['probes']} probes, refined {rival['refine']} times: the fewest that reach"
            f" 0.99, else the most that were tried. Times faster at p50: {figures[FASTER[0]]}."
        ),
    ]


def prepare(folder: Path, sizes: tuple[int, ...]) -> None:
    """Build the stores, and LanceDB's table of the largest, that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "base.npy").exists():
        np.save(folder / "base.npy", real_vectors())
    for size in sizes:
        if not (folder / str(size) / "built.json").exists():
            _child("build", folder / str(size))
    if _rival_python() and not (folder / "lance.json").exists():
        _build_rival(folder, sizes[-1])


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


def _child(step: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.store", step, str(folder)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"} if step == "measure" else None
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent, env=environment)
    value: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return value


def build(folder: Path) -> dict[str, Any]:
    """Write a store of as many passages as the folder's name says."""
    from dataclasses import replace

    from numpy.lib.format import open_memmap

    from benchmarks.synthetic import write_store
    from embed.index.ivf import EXACT_UP_TO, build_ivf
    from embed.index.manifest import IndexSettings, Manifest

    size = int(folder.name)
    write_store(folder, size, cells=False)
    inside = folder / "generations" / "1"
    real = np.load(folder.parent / "base.npy")
    out = open_memmap(inside / "vectors.npy", mode="w+", dtype=np.float32, shape=(size, real.shape[1]))
    for n, begin in enumerate(range(0, size, 50_000)):
        rows = min(50_000, size - begin)
        out[begin : begin + rows] = mixtures(real, rows, 1000 + n)
    out.flush()
    del out
    started, worked = time.perf_counter(), time.process_time()
    roles = np.load(inside / "passage.role.npy")
    index = build_ivf(inside, roles) if size > EXACT_UP_TO else IndexSettings()
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    files = {p.name: (p.stat().st_size, "") for p in sorted(inside.iterdir()) if p.name != "manifest.json"}
    replace(Manifest.read(inside), index=index, files=files).write(inside)
    total = sum(p.stat().st_size for p in inside.iterdir())
    built = {
        "cells": index.lists,
        "build of the cells, seconds": round(seconds, 1),
        "its processor time, seconds": round(busy, 1),
        "bytes a passage on disk": round(total / size),
    }
    (folder / "built.json").write_text(json.dumps(built), encoding="utf-8")
    return built


def filters(count: int, seed: int) -> list[Filter]:
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


def filters_by_share(count: int, seed: int) -> dict[str, list[Filter]]:
    """Filters that keep 0.1 %, 1 %, 10 % and 50 % of reports spread evenly over counties and ten years."""
    from embed.index import Filter
    from embed.structure.divisions import load_divisions

    counties = [code for code in load_divisions().codes if len(code) == 6]
    random = np.random.default_rng(seed)

    def places(share: float) -> tuple[str, ...]:
        chosen = random.choice(len(counties), size=round(share * len(counties)), replace=False)
        return tuple(counties[i] for i in chosen)

    years = random.integers(2016, 2026, size=count).tolist()
    return {
        "0.1 % (counties)": [Filter(regions=places(0.001)) for _ in range(count)],
        "1 % (counties)": [Filter(regions=places(0.01)) for _ in range(count)],
        "10 % (one year)": [Filter(year_from=year, year_to=year) for year in years],
        "50 % (five years)": [Filter(year_from=2016 + n % 6, year_to=2020 + n % 6) for n in range(count)],
    }


def searched(generation: Generation, queries: np.ndarray, wheres: list[Filter]) -> dict[str, Any]:
    """Milliseconds of each question, the filter's resolution included: wall and this thread's processor time."""
    times, busy = [], []
    for query, where in zip(queries, wheres, strict=True):
        started, worked = time.perf_counter(), time.thread_time()
        generation.search(query, 10, within=generation.select(where))
        times.append((time.perf_counter() - started) * 1000)
        busy.append((time.thread_time() - worked) * 1000)
    return {
        "p50 ms": round(float(np.median(times)), 3),
        "p99 ms": round(float(np.quantile(times, 0.99)), 3),
        "processor time, p50 ms": round(float(np.median(busy)), 3),
        "processor time, p99 ms": round(float(np.quantile(busy, 0.99)), 3),
    }


def true_tens(generation: Generation, queries: np.ndarray, wheres: list[Filter]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and scores of each question's true first ten by a scan of everything, −1 and −inf where there are fewer."""
    masks = [generation.select(where).mask for where in wheres]
    rows = np.full((len(queries), 10), -1, dtype=np.int64)
    scores = np.full((len(queries), 10), -np.inf, dtype=np.float32)
    for begin in range(0, len(generation.vectors), 1 << 15):
        part = slice(begin, begin + (1 << 15))
        products = queries @ generation.vectors[part].T
        for i, mask in enumerate(masks):
            kept = np.flatnonzero(mask[part])
            values = np.concatenate([scores[i], products[i, kept]])
            best = np.argpartition(values, -10)[-10:] if len(values) > 10 else np.arange(10)
            rows[i], scores[i] = np.concatenate([rows[i], begin + kept])[best], values[best]
    return rows, scores


def recall(generation: Generation, queries: np.ndarray, wheres: list[Filter]) -> float:
    """The share of the true first ten, or of as many as there are, that a search finds."""
    good = []
    for query, where, true in zip(queries, wheres, true_tens(generation, queries, wheres)[0], strict=True):
        found = generation.search(query, 10, within=generation.select(where)).rows[0]
        there = true[true >= 0]
        good.append(len(np.intersect1d(found, there)) / len(there) if len(there) else 1.0)
    return round(float(np.mean(good)), 4)


def words_searched(generation: Generation, wheres: list[Filter]) -> list[float]:
    """Milliseconds of three words looked up under each filter."""
    words = ["人民", "调解", "矛盾", "化解", "执法", "监督"]
    times = []
    for n, where in enumerate(wheres):
        started = time.perf_counter()
        three = [words[(n + i) % len(words)] for i in range(3)]
        generation.lexical.top(three, 10, within=generation.rows(where))
        times.append((time.perf_counter() - started) * 1000)
    return times


def neighbour_rate(generation: Generation, seconds: float = 10) -> float:
    """Rows a second when the 15 nearest of every row are looked up."""
    started, done = time.perf_counter(), 0
    for rows, _ in generation.neighbours(15, block=512):
        done += len(rows)
        if time.perf_counter() - started > seconds:
            break
    return done / (time.perf_counter() - started)


def measure(folder: Path) -> dict[str, Any]:
    """Open the store, search it as a server would on one thread, compare with a scan.

    The files are read once before, so that what is timed is the store and not a cold disk.
    """
    import faiss

    from embed.index import Generation

    faiss.omp_set_num_threads(1)
    for path in (folder / "generations" / "1").iterdir():
        with path.open("rb") as source:
            while source.read(1 << 24):
                pass
    started = time.perf_counter()
    generation = Generation(folder / "generations" / "1")
    opened = time.perf_counter() - started
    base = np.load(folder.parent / "base.npy")
    queries, wheres = mixtures(base, QUERIES, 7), filters(QUERIES, 7)
    searched(generation, mixtures(base, WARMING, 8), filters_by_share(WARMING, 8)["10 % (one year)"])
    main = searched(generation, queries, wheres)
    resident = _resident()
    shares = {}
    for name, listed in filters_by_share(CHECKED, 9).items():
        times = searched(generation, queries[:CHECKED], listed)
        shares[name] = {"recall@10": recall(generation, queries[:CHECKED], listed), **times}
    lexical = words_searched(generation, wheres[:200])
    return {
        "open, seconds": round(opened, 3),
        **{f"filtered search, {name}": value for name, value in main.items()},
        "recall@10": recall(generation, queries[:CHECKED], wheres[:CHECKED]),
        "recall in the manifest": generation.manifest.index.recall,
        "resident memory while serving, MB": round(resident),
        "words with filter, p50 ms": round(float(np.median(lexical)), 2),
        "words with filter, p99 ms": round(float(np.quantile(lexical, 0.99)), 2),
        "15 neighbours of all, rows a second, one thread": round(neighbour_rate(generation)),
        "filters that keep": shares,
    }


def _resident() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _rival_python() -> str | None:
    return os.environ.get("BIJIAN_LANCEDB_PYTHON")


def _build_rival(folder: Path, size: int) -> None:
    """LanceDB's table and index of a store's vectors, by an interpreter of its own."""
    size = int(os.environ.get("BIJIAN_LANCEDB_ROWS", size))
    inside = folder / str(size) / "generations" / "1"
    report = np.load(inside / "passage.report.npy")
    columns = folder / "lance-columns.npz"
    np.savez(
        columns,
        year=np.load(inside / "report.year.npy")[report],
        province=np.load(inside / "report.province.npy")[report],
    )
    command = [str(_rival_python()), str(HERE / "lancedb_rival.py"), "build"]
    command += [str(inside / "vectors.npy"), str(columns), str(folder / "lance")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    built = {"rows": size, **json.loads(done.stdout.strip().splitlines()[-1])}
    (folder / "lance.json").write_text(json.dumps(built), encoding="utf-8")


def _rival(folder: Path, size: int) -> dict[str, Any]:
    """LanceDB on the same vectors, columns, queries and filters."""
    from embed.index import Generation

    if not _rival_python():
        return {"skipped": "BIJIAN_LANCEDB_PYTHON is not set"}
    built: dict[str, Any] = json.loads((folder / "lance.json").read_text("utf-8"))
    generation = Generation(folder / str(built["rows"]) / "generations" / "1")
    base = np.load(folder / "base.npy")
    queries, wheres = mixtures(base, QUERIES, 7)[:CHECKED], filters(QUERIES, 7)[:CHECKED]
    truth, _ = true_tens(generation, queries, wheres)
    given = folder / "lance-queries.npz"
    np.savez(
        given,
        queries=queries,
        truth=truth,
        year_from=[w.year_from for w in wheres],
        excluded=[int(w.exclude_regions[0]) for w in wheres],
    )
    command = [str(_rival_python()), str(HERE / "lancedb_rival.py"), "measure", str(given), str(folder / "lance")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"failed": done.stderr[-500:]}
    return {**built, **json.loads(done.stdout.strip().splitlines()[-1])}


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]), FULL)
    else:
        print(json.dumps({"build": build, "measure": measure}[sys.argv[1]](Path(sys.argv[2]))))
