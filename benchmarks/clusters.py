"""Clustering at size: time, memory and share of passages by size; the report; BERTopic and EVōC on the same vectors.

    python -m benchmarks --full clusters
    python -m benchmarks.clusters one STORE        one store, in this process, as JSON

The stores are synthetic (`benchmarks.synthetic`): shuffled clauses of the annotated reports with the vectors of those
clauses, which is harder than real reports, as most passages are about several things. A size counts the passages that
are clustered: measures and problems, about three quarters of the store. Seconds are from existing vectors to clusters
with names, counts, places in the outline, copy families and positions on the map. Memory is the peak of a process of
its own. BERTopic and EVōC run where BIJIAN_TOPICS_PYTHON names an interpreter that has them, on the same vectors in
the same run, and give labels (BERTopic also words); importing and compiling are not counted. BIJIAN_BENCH_LARGEST
leaves out larger sizes; stores that lie in BIJIAN_BENCH_DIR (`python -m benchmarks.clusters write
DIR/store-1000000 1373626`) are used again.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
SIZES = {True: (1_000, 10_000), False: (1_000, 10_000, 20_000, 100_000, 1_000_000)}
BERTOPIC = {True: 1_000, False: 20_000}
EVOC = {True: 10_000, False: 100_000}
REPORT = {True: 10_000, False: 100_000}
CLUSTERED = 0.728  # of a synthetic store's passages
PATIENCE = 1500  # seconds for one child
LIMITS: list[tuple[str, str, float]] = []


def run(quick: bool) -> dict[str, Any]:
    """Figures by size, of the report, of the rivals."""
    sizes: dict[str, Any] = {}
    figures: dict[str, Any] = {"sizes": sizes}
    largest = int(os.environ.get("BIJIAN_BENCH_LARGEST", "1000000"))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        for size in (size for size in SIZES[quick] if size <= largest):
            store = _store(Path(where), size)
            sizes[str(size)] = _child("one", str(store))
            print(size, json.dumps(sizes[str(size)]), file=sys.stderr, flush=True)
            if size == REPORT[quick]:
                _child("keep", str(store))
                passages = sizes[str(size)]["clustered passages"]
                figures["report"] = {"measures and problems": passages, **_child("report", str(store))}
        for method, size in (("bertopic", BERTOPIC[quick]), ("evoc", EVOC[quick])):
            figures[method] = _rival(method, _store(Path(where), size), sizes[str(size)])
    LIMITS[:] = _limits(figures, quick=quick)
    return figures


def _store(where: Path, size: int) -> Path:
    """The store of a size; one that is in BIJIAN_BENCH_DIR already is used as it is."""
    kept = Path(os.environ.get("BIJIAN_BENCH_DIR", where)) / f"store-{size}"
    store = kept if (kept / "CURRENT").exists() else where / f"store-{size}"
    if not (store / "CURRENT").exists():
        _child("write", str(store), str(round(size / CLUSTERED)))
    return store


def _limits(figures: dict[str, Any], *, quick: bool) -> list[tuple[str, str, float]]:
    limits = []
    if not quick:
        for size, seconds, memory in ((100_000, 60.0, 2.0), (1_000_000, 600.0, 6.0)):
            if str(size) in figures["sizes"]:
                limits += [(f"sizes/{size}/seconds", "<=", seconds), (f"sizes/{size}/peak GB", "<=", memory)]
        limits.append(("report/seconds", "<=", 20.0))
    bounds = {"bertopic": 5.0, "evoc": 1.0}
    return limits + [
        (f"{name}/times our seconds", ">=", bound)
        for name, bound in bounds.items()
        if not quick and "times our seconds" in figures[name]
    ]


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.clusters", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent, timeout=PATIENCE)
    value: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return value


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def write(store: Path, passages: int) -> dict[str, Any]:
    """Write a store of so many passages; its vectors are those of the default model."""
    from benchmarks.synthetic import write_store
    from embed.index import Store
    from embed.index.files import write_current
    from embed.models import open_encoder, read_models
    from service.settings import Settings

    settings = Settings.read()
    encoder = open_encoder(read_models()[settings.model], cache=settings.cache, engine=settings.engine)
    Store.open(store, create=True)
    write_store(store, passages, encoder, cells=False)  # nothing is searched here
    write_current(store / "CURRENT", 1)
    return {"passages": passages}


def one(store: Path) -> dict[str, Any]:
    """Cluster the measures and problems of one store."""
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters.clustering import Parameters
    from service.clusters.run import cluster_role
    from service.clusters.space import themes_of

    parameters, random = Parameters(), np.random.default_rng(11)
    seconds, clusters, alone, looked = 0.0, 0, 0, 0
    with Store.open(store).current() as generation:
        for role in (Role.MEASURE, Role.PROBLEM):
            width = (len(themes_of(role, parameters)), generation.vectors.shape[1])
            examples = random.normal(size=width).astype(np.float32)
            begin = time.perf_counter()
            found = cluster_role(generation, role, parameters, examples=examples).clusters
            seconds += time.perf_counter() - begin
            clusters += len(found.clusters)
            alone += len(found.unclustered)
            looked += found.passages
    return {
        "clustered passages": looked,
        "seconds": seconds,
        "passages a second": looked / seconds,
        "peak GB": _peak(),
        "clusters": clusters,
        "share in clusters": 1 - alone / max(1, looked),
    }


def keep(store: Path) -> dict[str, Any]:
    """Cluster every role that the report needs, and keep the clustering in the store."""
    from embed.index import Store
    from service.cluster_report import NEEDED_ROLES
    from service.clusters import load

    load(Store.open(store), roles=NEEDED_ROLES)
    return {}


def report(store: Path) -> dict[str, Any]:
    """The cluster report in five formats from a store with a clustering."""
    from embed.index import Store
    from service.cluster_report import NEEDED_ROLES, build, write
    from service.clusters import load

    forms = ("html", "docx", "xlsx", "md", "json")
    begin = time.perf_counter()
    opened = Store.open(store)
    clustering = load(opened, roles=NEEDED_ROLES)
    loaded = time.perf_counter()
    with opened.current() as generation:
        content = build(generation, clustering)
    built = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        paths = write(content, Path(folder), forms)
        done = time.perf_counter()
        sizes = {f"{path.suffix[1:]}, MB": path.stat().st_size / 1e6 for path in paths}
    parts = {"loading": loaded - begin, "content": built - loaded, "writing": done - built}
    return {"seconds": done - begin, **parts, "peak GB": _peak(), **sizes}


def pools(store: Path, folder: Path) -> dict[str, Any]:
    """Write vectors and texts of the measures and of the problems, as a rival gets them."""
    from embed.index import Store
    from embed.structure.report import Role
    from service.clusters.run import _rows_of

    with Store.open(store).current() as generation:
        for role in (Role.MEASURE, Role.PROBLEM):
            rows = _rows_of(generation, role)
            (folder / str(role)).mkdir()
            np.save(folder / str(role) / "vectors.npy", np.asarray(generation.vectors[rows]))
            texts = json.dumps([generation.text_of(int(row)) for row in rows], ensure_ascii=False)
            (folder / str(role) / "texts.json").write_text(texts, encoding="utf-8")
    return {}


def _rival(method: str, store: Path, ours: dict[str, Any]) -> dict[str, Any]:
    python = os.environ.get("BIJIAN_TOPICS_PYTHON")
    if not python:
        return {"skipped": "BIJIAN_TOPICS_PYTHON is not set"}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        folder = Path(where)
        _child("pools", str(store), where)
        jobs = [folder / "measure", folder / "problem"]
        command = [python, str(HERE / "topic_rivals.py"), method, *map(str, jobs)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            return {"failed": done.stderr[-500:]}
        said = json.loads(done.stdout.splitlines()[-1])
        labels = [np.load(job / f"{method}.npy")[0] for job in jobs]
    seconds = sum(job["seconds"] for job in said["jobs"].values())
    inside = sum(int((one >= 0).sum()) for one in labels)
    return {
        "passages": sum(len(one) for one in labels),
        "seconds": seconds,
        "our seconds": ours["seconds"],
        "times our seconds": seconds / ours["seconds"],
        "peak GB": said["peak GB"],
        "our peak GB": ours["peak GB"],
        "clusters": sum(len(set(one[one >= 0].tolist())) for one in labels),
        "share in clusters": inside / sum(len(one) for one in labels),
        "our share in clusters": ours["share in clusters"],
        "versions": said["versions"],
    }


def table(figures: dict[str, Any]) -> str:
    """The scaling table, the report and the rivals."""
    head = ("measures and problems", "seconds", "passages a second", "peak GB", "clusters", "in clusters")
    lines = ["| " + " | ".join(head) + " |", "| ---: " * len(head) + "|"]
    lines += [
        f"| {row['clustered passages']:,} | {row['seconds']:.1f} | {row['passages a second']:,.0f} "
        f"| {row['peak GB']:.2f} | {row['clusters']:,} | {row['share in clusters']:.0%} |"
        for row in figures["sizes"].values()
    ]
    if "report" in figures:
        parts = ", ".join(f"{name} {value:.3g}" for name, value in figures["report"].items())
        lines += ["", f"The report in five formats from a clustered store: {parts}."]
    head = ("same vectors, same run", "passages", "seconds", "peak GB", "clusters", "in clusters")
    lines += ["", "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for name, title in (("bertopic", "BERTopic"), ("evoc", "EVōC")):
        row = figures[name]
        if "seconds" not in row:
            lines.append(f"| {title}: {json.dumps(row)} | | | | | |")
            continue
        size = next(s for s in figures["sizes"].values() if s["seconds"] == row["our seconds"])
        lines.append(_side(title, row | {"clustered passages": row["passages"]}))
        lines.append(_side(f"Bijian ({row['times our seconds']:.1f} times as fast)", size))
    versions = {n: v for name in ("bertopic", "evoc") for n, v in figures[name].get("versions", {}).items()}
    return "\n".join([*lines, "", ", ".join(f"{name} {version}" for name, version in versions.items())]).rstrip()


def _side(title: str, row: dict[str, Any]) -> str:
    return (
        f"| {title} | {row['clustered passages']:,} | {row['seconds']:.1f} | {row['peak GB']:.2f} "
        f"| {row['clusters']:,} | {row['share in clusters']:.0%} |"
    )


STEPS = {"write": write, "one": one, "keep": keep, "report": report, "pools": pools}


def main() -> None:
    step, store, *rest = sys.argv[1:]
    extra = [int(value) if value.isdigit() else Path(value) for value in rest]
    print(json.dumps(STEPS[step](Path(store), *extra)))  # type: ignore[operator]


if __name__ == "__main__":
    main()
