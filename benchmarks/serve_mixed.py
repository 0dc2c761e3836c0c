"""Ten minutes of everything at once against a real server: searches, pages, uploads, re-indexing, generation swaps.

It runs on the annotated reports, because uploads need real readings. What counts is that no request fails and that
memory stays flat.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.serve import ROOT, Server, ask, questions, request

LIMITS = [("failed", "<=", 0.0), ("swaps", ">=", 3.0)]


def run(quick: bool) -> dict[str, Any]:
    """One minute when quick, ten in full."""
    with tempfile.TemporaryDirectory(prefix="bijian-serve-") as folder:
        store = Path(folder) / "small"
        make_small(store)
        return mixed(store, seconds=60 if quick else 600)


def table(figures: dict[str, Any]) -> str:
    """Requests, failures, swaps, and the curve of memory."""
    curve = ", ".join(f"{mb:.0f}" for mb in figures["memory_mb"])
    counts = f"{figures['requests']} requests, {figures['failed']} failed, {figures['swaps']} generation swaps"
    return (
        f"Mixed load for {figures['seconds']} s: {counts}, {figures['uploads']} uploads.\n\n"
        f"Resident memory of the server in MB, evenly over time: {curve}."
    )


def make_small(path: Path) -> None:
    """The annotated reports and the seeds, really read and encoded."""
    from benchmarks.similar import open_model
    from embed.index import Store
    from embed.pipeline import index_files

    files = [ROOT / "seeds", *sorted((ROOT / "tests" / "gold" / "dev").glob("*.txt"))[:8]]
    index_files(Store.open(path, create=True), files, open_model())


def mixed(store: Path, *, seconds: int) -> dict[str, Any]:
    """Searches, pages, clusters and reading by eight clients while reports are uploaded and all is re-indexed."""
    from service.client import Client

    texts = questions()
    dice = random.Random(2)
    server = Server(store, 1)
    url = f"http://127.0.0.1:{server.port}"
    with Client(url) as client:
        reports = [r.id for r in client.reports()]
        first = client.similar("普法", k=1).generation
        passages = [p.id for r in reports[:8] for p in client.report(r).passages]
    requests = [
        *(request("POST", "/v1/similar", {"text": text, "k": 10, "group_by": "county"}) for text in texts[:80]),
        *(request("POST", "/v1/similar", {"passage": p, "k": 10}) for p in passages),
        *(request("GET", f"/v1/passages/{p}") for p in passages[:60]),
        *(request("GET", f"/v1/reports/{r}") for r in reports),
        request("GET", "/v1/clusters?role=measure"),
        request("GET", "/clusters"),
        request("GET", "/"),
    ]
    memory: list[float] = []
    uploads = 0

    async def write(end: float) -> None:
        nonlocal uploads
        files = sorted((ROOT / "tests" / "gold" / "dev").glob("r*.txt"))[8:]
        while time.perf_counter() < end - 10:
            with Client(url) as client:
                job = await asyncio.to_thread(client.upload, [files[uploads % len(files)]])
                await asyncio.to_thread(client.wait, job)
                uploads += 1
                if uploads == 2:
                    await asyncio.to_thread(client.wait, await asyncio.to_thread(client.start, "reindex"))
            await asyncio.sleep(seconds / 12)

    async def watch(end: float) -> None:
        while time.perf_counter() < end:
            memory.append(round(server.memory_mb(), 1))
            await asyncio.sleep(seconds / 20)

    times: list[float] = []
    failures: list[str] = []

    async def everybody() -> None:
        end = time.perf_counter() + seconds
        asking = [ask(server.port, lambda: dice.choice(requests), end, times, failures) for _ in range(8)]
        await asyncio.gather(*asking, write(end), watch(end))

    try:
        asyncio.run(everybody())
        with Client(url) as client:
            last = client.similar("普法", k=1).generation
    finally:
        server.stop()
    shutil.rmtree(store)
    return {
        "seconds": seconds,
        "requests": len(times),
        "failed": len(failures),
        "failures": sorted(set(failures))[:3],
        "p99_ms": round(float(np.percentile(times, 99)) * 1000, 1),
        "swaps": last - first,
        "uploads": uploads,
        "memory_mb": memory,
    }
