"""Clustering: time, memory and share of passages by size, from existing vectors.

    python -m benchmarks --full clusters
    python -m benchmarks.clusters --passages 100000        one size, in this process, as JSON

The stores are synthetic (`benchmarks.synthetic`): shuffled clauses of the annotated reports with random vectors, which
is harder than real reports, as most passages are about several things. Memory is the peak of a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SIZES = {True: (1_000, 10_000), False: (1_000, 10_000, 100_000, 1_000_000)}
SEED = 11
LIMITS: list[tuple[str, str, float]] = []


def run(quick: bool) -> dict[str, Any]:
    """Figures by size."""
    figures = {}
    for passages in SIZES[quick]:
        command = [sys.executable, "-m", "benchmarks.clusters", "--passages", str(passages)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
        figures[f"{passages}"] = json.loads(done.stdout.splitlines()[-1])
    if not quick:
        LIMITS.extend([("100000/seconds", "<=", 60.0), ("100000/peak GB", "<=", 2.0)])
        LIMITS.extend([("1000000/seconds", "<=", 600.0), ("1000000/peak GB", "<=", 6.0)])
    return figures


def one(passages: int) -> dict[str, float]:
    """Cluster one synthetic store, each step timed."""
    from embed.index import Generation
    from embed.structure.report import Role
    from service.clusters.clustering import Parameters
    from service.clusters.run import cluster_role
    from service.clusters.space import themes_of

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        # Made by another process: the peak that is measured is that of clustering alone.
        script = "import sys; from pathlib import Path; from benchmarks.synthetic import write_store as w; "
        script += "w(Path(sys.argv[1]), int(sys.argv[2]))"
        subprocess.run([sys.executable, "-c", script, str(path), str(passages)], check=True)
        parameters = Parameters()
        random = np.random.default_rng(SEED)
        with Generation(path / "generations" / "1") as generation:
            total, clusters, alone, looked = 0.0, 0, 0, 0
            for role in (Role.MEASURE, Role.PROBLEM):
                width = (len(themes_of(role, parameters)), generation.vectors.shape[1])
                examples = random.normal(size=width).astype(np.float32)
                begin = time.perf_counter()
                found = cluster_role(generation, role, parameters, examples=examples).clusters
                total += time.perf_counter() - begin
                clusters += len(found.clusters)
                alone += len(found.unclustered)
                looked += found.passages
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "clustered passages": looked,
        "seconds": total,
        "passages a second": looked / total,
        "peak GB": peak,
        "clusters": clusters,
        "share in clusters": 1 - alone / max(1, looked),
    }


def table(figures: dict[str, Any]) -> str:
    """The scaling table."""
    head = ("passages in the store", "of measures and problems", "seconds", "passages a second", "peak GB", "clusters")
    lines = ["| " + " | ".join([*head, "in clusters"]) + " |", "| ---: " * 7 + "|"]
    for size, row in figures.items():
        lines.append(
            f"| {int(size):,} | {row['clustered passages']:,} | {row['seconds']:.1f} | {row['passages a second']:,.0f} "
            f"| {row['peak GB']:.2f} | {row['clusters']:,} | {row['share in clusters']:.0%} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, required=True)
    print(json.dumps(one(parser.parse_args().passages)))


if __name__ == "__main__":
    main()
