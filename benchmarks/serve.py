"""A real server over loopback under load.

Similar by passage and by text with 16 clients, the page, start to ready. The store is the synthetic one of
`benchmarks.synthetic` under the real model's name, so that texts are encoded for real.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

ROOT = Path(__file__).parent.parent
CLIENTS = 16
LIMITS = [
    ("by passage/per_second", ">=", 120.0),
    ("by passage/p99_ms", "<=", 150.0),
    ("by text/per_second", ">=", 40.0),
    ("by text/p99_ms", "<=", 500.0),
    ("page/p99_ms", "<=", 1000.0),
    ("start_to_ready_s", "<=", 6.0),
]


def run(quick: bool) -> dict[str, Any]:
    """Measure everything; a minute when quick, three in full."""
    passages = 20_000 if quick else 100_000
    with tempfile.TemporaryDirectory(prefix="bijian-serve-") as folder:
        large = Path(folder) / "large"
        make_large(large, passages)
        figures: dict[str, Any] = {"passages": passages, "clients": CLIENTS}
        figures |= load(large, seconds=10 if quick else 30)
    return figures


def table(figures: dict[str, Any]) -> str:
    """Requests a second and latencies."""
    setting = f"{figures['passages']:,} passages, {figures['clients']} clients, {figures['workers']} serving processes"
    client = figures["by passage"]["client_cores"]
    about = f"The clients run on the same cores and take {client:.0%} of one."
    lines = [
        f"{setting}; start to ready {figures['start_to_ready_s']:.1f} s. {about}",
        "",
        "| request | per second | p50 ms | p99 ms | failed |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name in ("by passage", "by passage, not explained", "by text", "page"):
        row = figures[name]
        lines.append(
            f"| {name} | {row['per_second']:.0f} | {row['p50_ms']:.0f} | {row['p99_ms']:.0f} | {row['failed']} |"
        )
    return "\n".join(lines)


def make_large(path: Path, passages: int) -> None:
    """The synthetic store, stamped with the real model so that the server may ask it with texts."""
    from benchmarks.similar import open_model
    from benchmarks.synthetic import write_store
    from embed.index.files import write_current
    from embed.index.manifest import Manifest

    write_store(path, passages)
    encoder = open_model()
    folder = path / "generations" / "1"
    manifest = Manifest.read(folder)
    stamp = dataclasses.replace(manifest.model, name=encoder.model, fingerprint=encoder.fingerprint)
    dataclasses.replace(manifest, model=stamp).write(folder)
    write_current(path / "CURRENT", 1)


class Server:
    """A `bijian serve` process and the seconds until it was ready."""

    def __init__(self, store: Path, workers: int) -> None:
        port_file = store.parent / f"{store.name}.port"
        command = [sys.executable, "-m", "service.cli.main", "serve", "--port", "0", "--port-file", str(port_file)]
        environment = {**os.environ, "BIJIAN_RATE_LIMIT": "0"}
        began = time.perf_counter()
        self.log = (store.parent / f"{store.name}.log").open("wb")
        self.process = subprocess.Popen(
            [*command, "--store", str(store), "--workers", str(workers)],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=self.log,
        )
        while not port_file.exists():
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        while not self.ready():
            time.sleep(0.02)
        self.seconds = time.perf_counter() - began
        port_file.unlink()

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=30):
                return True
        except OSError:
            return False

    def memory_mb(self) -> float:
        """Resident memory of the process and its serving children, without jobs."""
        import psutil

        process = psutil.Process(self.process.pid)
        family = [process, *(c for c in process.children() if "job_process" not in " ".join(c.cmdline()))]
        return sum(p.memory_info().rss for p in family) / 2**20

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()


def request(method: str, path: str, body: Any = None) -> bytes:  # noqa: ANN401
    """The bytes of one HTTP request."""
    data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\ncontent-length: {len(data)}\r\n"
    return head.encode() + (b"content-type: application/json\r\n" if data else b"") + b"\r\n" + data


async def ask(port: int, choose: Callable[[], bytes], end: float, times: list[float], failures: list[str]) -> None:
    """One client: one connection, one request after the other until `end`. A light client leaves the cores alone."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < end:
        began = time.perf_counter()
        try:
            writer.write(choose())
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            if b"\r\ncontent-length:" in lower:
                await reader.readexactly(int(lower.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]))
            status = int(head[9:12])
        except (OSError, asyncio.IncompleteReadError) as error:
            failures.append(repr(error))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        times.append(time.perf_counter() - began)
        if status != 200:
            failures.append(head[:40].decode("latin-1"))
        if b"\r\nconnection: close" in lower:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def hammer(port: int, choose: Callable[[], bytes], seconds: float, clients: int = CLIENTS) -> dict[str, Any]:
    """Requests a second, latencies and failures of some clients at once."""
    times: list[float] = []
    failures: list[str] = []

    async def everybody() -> None:
        end = time.perf_counter() + seconds
        await asyncio.gather(*(ask(port, choose, end, times, failures) for _ in range(clients)))

    used = sum(os.times()[:2])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(everybody())
    used = sum(os.times()[:2]) - used
    p50, p99 = np.percentile(times, [50, 99]) * 1000
    return {
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(float(p50), 1),
        "p99_ms": round(float(p99), 1),
        "requests": len(times),
        "failed": len(failures),
        "failures": sorted(set(failures))[:3],
        "client_cores": round(used / seconds, 3),
    }


def questions() -> list[str]:
    """Texts to ask with: the annotated queries, and clauses of the annotated reports."""
    from benchmarks.synthetic import gold_clauses

    path = ROOT / "tests" / "gold" / "dev" / "queries.jsonl"
    texts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [str(row.get("text") or row.get("query") or row.get("zh") or "") for row in texts]
    return [text for text in [*found, *(clause for clause, _ in gold_clauses()[::7])] if len(text) > 7]


def load(store: Path, *, seconds: float) -> dict[str, Any]:
    """The large store under three kinds of request."""
    from urllib.parse import quote

    from embed.index import Store

    with Store.open(store, create=True).current() as generation:
        count = len(generation.passages)
        ids = [generation.passage_id(row) for row in range(0, count, max(1, count // 5000))]
    dice = random.Random(1)
    texts = questions()
    workers = max(1, os.cpu_count() or 1)
    server = Server(store, workers)
    try:
        by_passage = [request("POST", "/v1/similar", {"passage": i, "k": 10}) for i in ids]
        bare = [request("POST", "/v1/similar", {"passage": i, "k": 10, "explain": False}) for i in ids]
        by_text = [request("POST", "/v1/similar", {"text": text, "k": 10}) for text in texts]
        pages = [request("GET", f"/?q={quote(text)}") for text in texts[:50]]
        figures: dict[str, Any] = {"workers": workers, "start_to_ready_s": round(server.seconds, 2)}
        for name, requests in (("by passage", by_passage), ("by text", by_text)):
            hammer(server.port, lambda some=requests: dice.choice(some), 3)  # type: ignore[misc]
            figures[name] = hammer(server.port, lambda some=requests: dice.choice(some), seconds)  # type: ignore[misc]
        figures["by passage, not explained"] = hammer(server.port, lambda: dice.choice(bare), seconds)
        figures["page"] = hammer(server.port, lambda: dice.choice(pages), seconds, clients=1)
        figures["memory_mb"] = round(server.memory_mb(), 1)
    finally:
        server.stop()
    return figures
