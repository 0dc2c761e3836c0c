"""How fast reports are read, that hostile text costs time linear in its length, and that memory stays flat.

Speed: annotated reports brought to 3,000 characters each, from bytes to a `Report` (read, clean, understand) in one
process on one core, as text, saved page, Word and PDF. Times are those of the process, median of the rounds, and each
round forgets the headings that earlier ones looked up. Where `make compiled` has been run, the compiled modules are
measured as well, plain and compiled ones by turns.

Growth: lines without a break made to hurt the patterns, read from bytes to a `Report` at two lengths. The figure is the
quotient of their times over the quotient of the lengths: 1 is linear, 2 would be quadratic at twice the length.

Memory: a folder of files made by varying annotated reports goes the way of `bijian index` up to the encoder, in as many
processes as there are cores; resident memory of all of them is looked at on the way.
"""

from __future__ import annotations

import gc
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CHARACTERS = 3_000  # of a report in the measurement of speed
SAMPLES = 20  # of memory
MEGABYTE = 1_000_000
GC_THRESHOLD = 100_000  # as in the command line and the reading processes

MAKERS = {"text": "", "html": "make_html", "docx": "make_docx", "pdf": "make_pdf"}  # of `tests.helpers.make_files`
COMPILED = ROOT / "build" / "compiled" / "site"  # what `make compiled` makes
LIMITS = [
    ("speed/text/reports a second", ">=", 200),
    ("speed/html/reports a second", ">=", 50),
    ("growth/worst", "<=", 1.6),
    ("memory/last over first tenth", "<=", 1.15),
]

HOSTILE = {
    "spaces": " ",
    "one letter": "a",
    "one character": "政",
    "digits": "1",
    "opening brackets": "（",
    "crumbs": "首页 > ",
    "labels": "发布时间：",
    "split labels": "索 引 ",
    "glosses": "建(",
    "commas": ",",
    "underscores": "_",
    "betting words": "彩票网",
    "betting pairs": "体育官网",
    "sentences of betting": "在线投注，",
    "slips": "?ㄒ唬",
    "wrong tables": "鐨",
    "latin-1 bytes": "·¨",
    "page numbers": "- 1 - ",
    "zero width": "\u200b",
    "line feeds": "\n",
    "short lines": "政府建设情况\n",
    "wrapped lines": "过去一年我们坚持把依法履职作为城市管理的生命线按照丰满区\n",
    "numbered lines": "一、政府\n",
    "full stops": "。",
    "traditional": "與",
}


def run(quick: bool) -> dict[str, Any]:
    """Speed, growth, memory."""
    gc.set_threshold(GC_THRESHOLD)
    speed = measure_builds(5 if quick else 21)
    if "compiled" in speed:  # the limits are for the wheel as it is released
        LIMITS[:2] = [(path.replace("speed/", "speed/compiled "), sign, bound) for path, sign, bound in LIMITS[:2]]
    return {
        "speed": {
            **speed["plain"],
            **{f"compiled {kind}": row for kind, row in speed.get("compiled", {}).items()},
        },
        "growth": measure_growth(*((1 * MEGABYTE, 2 * MEGABYTE) if quick else (5 * MEGABYTE, 10 * MEGABYTE))),
        "memory": measure_memory(2_000 if quick else 100_000),
    }


def annotated() -> list[str]:
    """The text of every annotated report."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "gold").glob("*/*.txt"))]


def understand_bytes(data: bytes) -> int:
    """From bytes to reports; the number of passages."""
    from embed.reading import ReadFailure, clean, read_bytes
    from embed.structure import understand

    passages = 0
    for document in read_bytes(data, "benchmark"):
        if not isinstance(document, ReadFailure):  # white space alone is refused as empty
            passages += len(understand(document, clean(document)).passages)
    return passages


# ---------------------------------------------------------------- speed


def of_length(texts: list[str], length: int) -> list[str]:
    """Each text at about this length: without its last paragraphs, or with paragraphs of the others behind its own."""
    made = []
    for place, text in enumerate(texts):
        lines = text.splitlines()
        others = (line for other in texts[place + 1 :] + texts[:place] for line in other.splitlines()[4:-3])
        cut = len(lines) - 2
        while sum(map(len, lines)) + len(lines) > length:
            cut -= 1
            del lines[cut]
        while sum(map(len, lines)) + len(lines) < length - 60:
            lines.insert(cut, next(others))
            cut += 1
        made.append("\n".join(lines))
    return made


CHILD = """
import gc, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from benchmarks import reading
gc.set_threshold(reading.GC_THRESHOLD)
reading.answer_rounds()
"""


def measure_builds(rounds: int) -> dict[str, dict[str, Any]]:
    """Reports a second by kind of file, with plain modules and with compiled ones where there are any, by turns."""
    sites = {"plain": ROOT} | ({"compiled": COMPILED} if COMPILED.is_dir() else {})
    # Outside the checkout, so that its own modules do not stand in front.
    children = {
        name: subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD, str(site), str(ROOT)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tempfile.gettempdir(),
        )
        for name, site in sites.items()
    }  # fmt: skip
    figures: dict[str, dict[str, Any]] = {name: {} for name in sites}
    for kind in MAKERS:
        times: dict[str, list[float]] = {name: [] for name in sites}
        for _ in range(rounds):
            for name, child in children.items():
                answer = ask(child, kind)
                times[name].append(answer["seconds"])
                size = {"reports": answer["reports"], "characters a report": answer["characters"]}
        for name, seconds in times.items():
            each = statistics.median(seconds) / size["reports"]
            figures[name][kind] = {
                **size,
                "milliseconds a report": round(each * 1e3, 2),
                "reports a second": round(1 / each, 1),
            }
    for child in children.values():
        child.communicate()
    return figures


def ask(child: subprocess.Popen[str], kind: str) -> dict[str, Any]:
    """One round of a child: its processor time, the number of reports, their length."""
    if child.stdin is None or child.stdout is None:
        raise ValueError("expected a child with pipes, got one without")
    child.stdin.write(f"{kind}\n")
    child.stdin.flush()
    answer: dict[str, Any] = json.loads(child.stdout.readline())
    return answer


def answer_rounds() -> None:
    """For each line of standard input, a kind of file: read all documents of that kind and say how long it took."""
    from embed.structure.headings import heading_roles
    from tests.helpers import make_files

    texts = of_length(annotated(), CHARACTERS)
    documents: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        kind = line.strip()
        if kind not in documents:
            make: Callable[[str], bytes] = getattr(make_files, MAKERS[kind]) if MAKERS[kind] else str.encode
            documents[kind] = [make(text) for text in texts]
            for data in documents[kind]:
                understand_bytes(data)
        heading_roles.cache_clear()
        before = time.process_time()
        for data in documents[kind]:
            understand_bytes(data)
        seconds = time.process_time() - before
        length = round(sum(map(len, texts)) / len(texts))
        sys.stdout.write(json.dumps({"seconds": seconds, "reports": len(texts), "characters": length}) + "\n")
        sys.stdout.flush()


# ---------------------------------------------------------------- growth


def measure_growth(short: int, long: int) -> dict[str, Any]:
    """Time at two lengths in bytes for each hostile shape."""
    rows = {}
    for name, unit in HOSTILE.items():
        seconds = []
        for size in (short, long):
            data = (unit * (size // len(unit.encode()) + 1)).encode()[:size].decode("utf-8", "ignore").encode()
            started = time.process_time()
            understand_bytes(data)
            seconds.append(time.process_time() - started)
            gc.collect()
        growth = seconds[1] / max(seconds[0], 1e-3) * short / long
        rows[name] = {"short": round(seconds[0], 2), "long": round(seconds[1], 2), "growth": round(growth, 2)}
    return {"bytes": [short, long], "worst": max(row["growth"] for row in rows.values()), "lines": rows}


# ---------------------------------------------------------------- memory


def varied(texts: list[str], number: int) -> str:
    """Report number n: the head of one annotated report, sentences of others, numbers and years of its own."""
    mine = random.Random(number)
    base = texts[number % len(texts)]
    lines = base.splitlines()
    body = [line for line in mine.choice(texts).splitlines() if len(line) > 60]
    kept = [*lines[:6], *mine.sample(body, min(4, len(body))), *lines[-2:]]
    year = str(mine.randrange(2016, 2026))
    text = re.sub(r"20(?:1\d|2[0-5])(?=年)", year, "\n".join(kept))
    return re.sub(r"\d+(?=[次场件人名份个])", lambda m: str(mine.randrange(1, 900)), text) + f"\n第{number}份\n"


def measure_memory(count: int) -> dict[str, Any]:
    """Resident memory while `count` files are read, and how many files a second that was."""
    from embed.models.cores import cores_given
    from embed.pipeline.scanning import Job, list_files, scan_all
    from embed.structure.report import Report

    texts = annotated()
    workers = max(2, cores_given())
    with tempfile.TemporaryDirectory() as where:
        length = 0
        for number in range(count):
            text = varied(texts, number)
            length += len(text)
            folder = Path(where) / f"{number // 1000:03d}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
        found, _, _ = list_files([Path(where)])
        jobs = [Job(path, name) for path, name in found.items()]
        curve: list[dict[str, Any]] = []
        reports = passages = 0
        started = time.perf_counter()
        for done, scanned in enumerate(scan_all(jobs, workers), start=1):
            for result in scanned.results:
                reports += isinstance(result, Report)
                passages += len(result.passages) if isinstance(result, Report) else 0
            if done % (count // SAMPLES) == 0:
                curve.append({"files": done, "megabytes": round(resident() / MEGABYTE)})
        seconds = time.perf_counter() - started
    tenth, last = curve[max(0, SAMPLES // 10 - 1)]["megabytes"], curve[-1]["megabytes"]
    return {
        "files": count,
        "characters a file": round(length / count),
        "reports": reports,
        "passages": passages,
        "processes": workers,
        "files a second": round(count / seconds, 1),
        "last over first tenth": round(last / tenth, 3),
        "curve": curve,
    }


def resident() -> int:
    """Bytes that this process and all below it hold in memory; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0
    family = {os.getpid()}
    pages = 0
    for process, parent, held in sorted(processes()):
        if process in family or parent in family:
            family.add(process)
            pages += held
    return pages * os.sysconf("SC_PAGE_SIZE")


def processes() -> Iterator[tuple[int, int, int]]:
    """(process, its parent, pages in memory) of every process that can be looked at."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        yield int(path.parent.name), int(fields[1]), int(fields[21])


def table(figures: dict[str, Any]) -> str:
    """Three tables: speed, memory, growth."""
    lines = ["| file | characters | ms of processor time | reports a second on one core |", "| --- | --- | --- | --- |"]
    for kind, row in figures["speed"].items():
        lines.append(
            f"| {kind} | {row['characters a report']} | {row['milliseconds a report']} | {row['reports a second']} |"
        )
    memory = figures["memory"]
    read = f"{memory['files']:,} files of {memory['characters a file']} characters, {memory['passages']:,} passages"
    way = f"{memory['processes']} reading processes, {memory['files a second']} files a second"
    lines += ["", f"Memory: {read}; {way}.", "", "| files read | MB, all processes together |", "| --- | --- |"]
    lines += [f"| {row['files']:,} | {row['megabytes']} |" for row in memory["curve"]]
    short, long = (f"{size // MEGABYTE} MB" for size in figures["growth"]["bytes"])
    lines += ["", f"| line of | {short}, s | {long}, s | growth, 1 is linear |", "| --- | --- | --- | --- |"]
    for name, row in figures["growth"]["lines"].items():
        lines.append(f"| {name} | {row['short']} | {row['long']} | {row['growth']} |")
    return "\n".join(lines)
