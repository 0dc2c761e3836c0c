"""The first index run over made reports: wall time by stage, what is not inference, memory of the whole process tree.

The run is a process of its own; this one watches it and everything it starts. `inference alone` is what the network
takes for the same token ids with nothing beside it: a sample of them is run again after the index is built, and scaled
to all padded tokens. What the run took longer is `not inference`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
QUICK, FULL = 300, 10_000
SAMPLE = 1024  # texts whose inference is measured alone
MOST_RESIDENT = 1536.0  # MB
AGAIN = ("unchanged", "one in a hundred new")
LIMITS = [
    ("share of wall time that is not inference", "<=", 0.15),
    ("peak memory, MB", "<=", MOST_RESIDENT),
    ("again/unchanged, share of the first run", "<=", 0.03),
    ("again/one in a hundred new, share of the first run", "<=", 0.03),
]


def run(quick: bool) -> dict[str, Any]:
    """Make the reports, index them once, again as they are, and again with one in a hundred more."""
    count = int(os.environ.get("BIJIAN_BENCH_REPORTS", QUICK if quick else FULL))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        from benchmarks.make_reports import write_reports

        write_reports(Path(where) / "reports", count)
        command = [sys.executable, "-m", "benchmarks.first_index", str(Path(where) / "reports"), f"{where}/store"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        with Watch(process.pid) as watch:
            printed, _ = process.communicate()
        if process.returncode:
            raise RuntimeError("the index run failed")
        figures: dict[str, Any] = json.loads(printed.splitlines()[-1])
        figures["again"] = {}
        for name in AGAIN:
            if name != "unchanged":
                write_reports(Path(where) / "reports", max(1, count // 100), count)
            again = subprocess.run([*command, "again"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            told = json.loads(again.stdout.splitlines()[-1])
            wall = told["wall, seconds"]
            figures["again"][f"{name}, seconds"] = wall
            figures["again"][f"{name}, stages"] = told["stages"]
            figures["again"][f"{name}, share of the first run"] = wall / figures["wall, seconds"]
        size = sum(path.stat().st_size for path in Path(where, "store").rglob("*") if path.is_file())
    figures["core seconds"] = {"reading processes": round(watch.beside(), 1), **figures["core seconds"]}
    figures["peak memory, MB"] = round(watch.peak)
    figures["store, MB"] = round(size / 2**20)
    return figures


def table(figures: dict[str, Any]) -> str:
    """What was done, where the time went, what it cost in memory."""
    wall = figures["wall, seconds"]
    done = (
        f"{figures['reports']:,} reports, {figures['passages']:,} passages, {figures['encoded']:,} of them encoded, "
        f"{figures['tokens']:,} tokens."
    )
    found = (
        f"First index run {wall:.1f} s; inference alone takes {figures['inference alone, seconds']:.1f} s: "
        f"**{figures['share of wall time that is not inference']:.1%} of the wall time is not inference**. "
        f"Peak memory of all processes {figures['peak memory, MB']} MB."
    )
    again = figures["again"]
    rows = [(name, *(again[f"{name}, {what}"] for what in ("seconds", "share of the first run"))) for name in AGAIN]
    later = " ".join(
        f"{name.capitalize()}: {spent:.1f} s, {share:.2%} of the first run." for name, spent, share in rows
    )
    parts = {name: again[f"{name}, stages"] for name in AGAIN if again[f"{name}, stages"]}
    where = [
        f"{name.capitalize()}: " + ", ".join(f"{stage} {spent:.1f} s" for stage, spent in stages.items()) + "."
        for name, stages in parts.items()
    ]
    lines = [done, "", found, "", later, "", " ".join(where), ""]
    lines += [
        "| stage | seconds of wall time | share |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {name} | {seconds:.1f} | {seconds / wall:.1%} |" for name, seconds in figures["stages"].items()]
    said = "Stages named `of …` are parts of the one above; `busy` ones run beside inference, words beside vectors."
    lines += ["", f"{said} Core seconds:", ""]
    lines += ["| work | core seconds | share |", "| --- | ---: | ---: |"]
    total = sum(figures["core seconds"].values())
    lines += [f"| {name} | {used:.1f} | {used / total:.1%} |" for name, used in figures["core seconds"].items()]
    return "\n".join(lines)


@dataclass
class Watch:
    """Looks at a process and its descendants ten times a second, while used as a context.

    peak: MB of the most that they held together, pages that several share counted once (`Pss`). cpu: core seconds of
    each process that was seen.
    """

    root: int
    peak: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def beside(self) -> float:
        """Core seconds of all processes but the first."""
        return sum(seconds for pid, seconds in self.cpu.items() if pid != self.root)

    def _look(self) -> None:
        while not self._done.wait(0.1):
            total = 0.0
            for pid in _tree(self.root):
                try:
                    total += _pss(pid)
                    self.cpu[pid] = _cpu(pid)
                except (OSError, StopIteration):
                    continue
            self.peak = max(self.peak, total)


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        try:
            children = [task.joinpath("children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        except OSError:
            continue
        found += [int(child) for line in children for child in line.split()]
    return found


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class _Clock:
    """Wall and core time of functions that are replaced by timed ones."""

    wall: dict[str, float] = field(default_factory=dict)
    core: dict[str, float] = field(default_factory=dict)

    def time(self, owner: Any, name: str, stage: str, seen: Callable[..., None] | None = None) -> None:  # noqa: ANN401
        """Put a timed function in the place of `owner.name`."""
        inner = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            if seen is not None:
                seen(*given)
            began, used = time.perf_counter(), time.thread_time()
            try:
                return inner(*given, **named)
            finally:
                self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - began
                self.core[stage] = self.core.get(stage, 0.0) + time.thread_time() - used

        setattr(owner, name, timed)


def _index(reports: Path, store: Path) -> dict[str, Any]:
    """The run itself, in a process of its own."""
    from embed.index import Store, builder
    from embed.index.lexical import TermCounter
    from embed.index.readings import Readings
    from embed.index.vectors import VectorBank
    from embed.models import cores_given, find_entry, open_encoder
    from embed.models.openvino_network import OpenVINONetwork, padded_length
    from embed.models.unigram import UnigramTokenizer
    from embed.pipeline import IndexOptions, index_files
    from service.settings import Settings

    clock, lengths, networks = _Clock(), [0, 0], []
    sample: list[Any] = []

    def note(network: OpenVINONetwork, tokens: list[Any]) -> None:
        lengths[0] += len(tokens)
        lengths[1] += sum(padded_length(len(ids)) for ids in tokens)
        networks[:] = [network]
        sample.extend(tokens[::16])

    clock.time(OpenVINONetwork, "vectors", "inference", note)
    clock.time(UnigramTokenizer, "encode", "tokenise")
    clock.time(VectorBank, "add", "store writing: vectors")
    clock.time(Readings, "keep_scans", "store writing: readings")
    clock.time(builder, "_write_texts", "of build: texts and tables")
    clock.time(builder, "_repeats", "of build: repeated reports")
    clock.time(builder, "_write_vectors", "of build: vectors")
    clock.time(builder, "build_ivf", "of build: cells")
    clock.time(TermCounter, "write", "of build: words")
    began = time.perf_counter()
    settings = Settings.read()
    entry = find_entry(settings.model)
    outcome = index_files(
        Store.open(store, create=True),
        [reports],
        lambda: open_encoder(entry, cache=settings.cache, engine="openvino"),
        options=IndexOptions(workers=cores_given()),
    )
    wall, core = time.perf_counter() - began, time.process_time()
    alone = _alone(networks[0], sample, lengths[1], padded_length)
    python = sum(clock.core[name] for name in clock.core if not name.startswith(("of ", "inference")))
    build = outcome.seconds["build"]
    stages = {
        "hash": outcome.seconds["hash"],
        "read, encode, keep": outcome.seconds["read and embed"],
        **{f"of it, busy: {name}": spent for name, spent in clock.wall.items() if not name.startswith("of ")},
        "build": build,
        **{name: spent for name, spent in clock.wall.items() if name.startswith("of ")},
    }
    return {
        "reports": outcome.reports,
        "passages": outcome.passages,
        "encoded": outcome.embedded,
        "tokens": lengths[1],
        "failed": len(outcome.failures),
        "wall, seconds": wall,
        "inference alone, seconds": alone,
        "share of wall time that is not inference": 1 - alone / wall,
        "passages a second": outcome.passages / wall,
        "stages": stages,
        "core seconds": {
            "tokenising and keeping": python,
            "build": build,
            "inference and what feeds it": core - python - build,
        },
    }


def _again(reports: Path, store: Path) -> dict[str, Any]:
    """The folder indexed once more, as a command would."""
    from embed.index import Store
    from embed.models import cores_given, find_entry, open_encoder
    from embed.pipeline import IndexOptions, index_files
    from service.settings import Settings

    began = time.perf_counter()
    settings = Settings.read()
    entry = find_entry(settings.model)
    outcome = index_files(
        Store.open(store),
        [reports],
        lambda: open_encoder(entry, cache=settings.cache, engine="openvino"),
        options=IndexOptions(workers=cores_given()),
    )
    return {"wall, seconds": time.perf_counter() - began, "encoded": outcome.embedded, "stages": outcome.seconds}


def _alone(network: Any, sample: list[Any], tokens: int, padded_length: Callable[[int], int]) -> float:  # noqa: ANN401
    """Seconds that the network takes for so many padded tokens, from a sample of the texts; the best of three."""
    chosen = sample[:: max(1, len(sample) // SAMPLE)]
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        network.vectors(chosen)
        seconds.append(time.perf_counter() - began)
    return min(seconds) * tokens / sum(padded_length(len(ids)) for ids in chosen)


if __name__ == "__main__":
    work = _again if sys.argv[3:] else _index
    print(json.dumps(work(Path(sys.argv[1]), Path(sys.argv[2]))))
