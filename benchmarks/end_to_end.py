"""Files to an answer and to clusters, beside the pipeline that one puts together in an afternoon (`put_together.py`).

The annotated and seed reports, and 200 made ones. Bijian runs as its commands, each a process of its own: `index`,
`similar`, `clusters`. The other does everything in one process, so that it loads its model once. Quality is that of
`tests/gold/score.py` on the annotated reports, both driven in the same way; there `BERTopic by hand` has the smallest
cluster size that scored best on them. The other pipeline needs an interpreter with its libraries:

    python3 -m venv topics
    topics/bin/pip install torch==2.13.0 sentence-transformers bertopic jieba
    BIJIAN_TOPICS_PYTHON=topics/bin/python python -m benchmarks --full end_to_end
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.first_index import Watch

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = "BIJIAN_TOPICS_PYTHON"
QUESTION = "多元化解矛盾纠纷，人民调解"
OURS, OTHER, BY_HAND = "Bijian", "put together", "put together, BERTopic by hand"
MADE = 200
SEGMENTS = "segmentation F1"
MEASURES = [
    SEGMENTS,
    "passage to passage nDCG@10",
    "text query zh nDCG@10",
    "text query en nDCG@10",
    "clusters of measures B3 F1",
    "clusters of problems B3 F1",
]
LIMITS = [("quality on dev/Bijian/passage to passage nDCG@10", ">=", 0.9)]


def run(quick: bool) -> dict[str, Any]:
    """Seconds on two inputs, quality on the annotated reports; the small input alone in quick mode."""
    python = os.environ.get(PYTHON)
    if not python:
        print(f"Bijian alone: {PYTHON} is not set.\n\n{__doc__}", file=sys.stderr)
    seconds: dict[str, Any] = {}
    quality: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        for name, files in _inputs(Path(where), quick).items():
            seconds[name] = {OURS: _bijian(files, Path(where, name.partition(" ")[0], "ours"))}
            if python:
                seconds[name][OTHER] = _put_together(python, files, Path(where, name.partition(" ")[0], "other"))
        quality["dev"] = _quality(python, "dev")
        if not quick:
            quality["real"] = _quality(python, "real")
    return {"seconds": seconds, **{f"quality on {name}": rows for name, rows in quality.items()}}


def table(figures: dict[str, Any]) -> str:
    """Seconds, then quality."""
    lines = []
    for name, rows in figures["seconds"].items():
        lines += [f"{name}:", "", "| | passages | to the first answer, s | to clusters, s | peak memory, MB |"]
        lines += ["| --- | ---: | ---: | ---: | ---: |"]
        for who, row in rows.items():
            cells = [row["passages"], *(f"{row[key]:.1f}" for key in ("to the first answer", "to clusters"))]
            lines.append(f"| {who} | " + " | ".join(map(str, cells)) + f" | {row['peak MB']} |")
        lines.append("")
    for key, rows in figures.items():
        if key.startswith("quality"):
            lines += ["| " + key + " | " + " | ".join(rows) + " |", "| --- " * (len(rows) + 1) + "|"]
            for measure in MEASURES:
                # The real reports have no text queries.
                if all(measure in row for row in rows.values()):
                    lines.append(f"| {measure} | " + " | ".join(f"{row[measure]:.3f}" for row in rows.values()) + " |")
            lines.append("")
    return "\n".join(lines).rstrip()


def _inputs(where: Path, quick: bool) -> dict[str, list[Path]]:
    from benchmarks.make_reports import write_reports

    gold = [*sorted((ROOT / "tests/gold/dev").glob("r*.txt")), *sorted((ROOT / "seeds").glob("*.txt"))]
    inputs = {f"{len(gold)} annotated and seed reports": gold}
    if not quick:
        write_reports(where / "made", MADE)
        inputs[f"{MADE} made reports"] = sorted((where / "made").glob("*.txt"))
    return inputs


def _bijian(files: list[Path], folder: Path) -> dict[str, Any]:
    store = str(folder / "store")
    command = [sys.executable, "-m", "service.cli.main"]
    began, peak = time.perf_counter(), 0.0
    index, peak = _watched([*command, "index", *map(str, files), "--store", store, "--format", "json"], peak)
    _, peak = _watched([*command, "similar", "--store", store, "--text", QUESTION], peak)
    answered = time.perf_counter() - began
    began = time.perf_counter()
    _, peak = _watched([*command, "clusters", "--store", store, "--format", "json"], peak)
    clusters = time.perf_counter() - began
    # Clusters need the index alone, but the other pipeline answers first: both are counted in the same order.
    return {
        "passages": json.loads(index)["passages"],
        "to the first answer": answered,
        "to clusters": answered + clusters,
        "peak MB": round(peak),
    }


def _put_together(python: str, files: list[Path], folder: Path) -> dict[str, Any]:
    command = [python, str(HERE / "put_together.py"), _model(), "all", *map(str, files), "--store", str(folder)]
    printed, peak = _watched([*command, "--text", QUESTION, "--began", str(time.time())], 0.0)
    found: dict[str, Any] = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    return {**found, "peak MB": round(peak)}


def _model() -> str:
    from embed.models import find_entry
    from embed.models.folder import model_folder
    from service.settings import Settings

    settings = Settings.read()
    return str(model_folder(find_entry(settings.model), cache=settings.cache))


def _watched(command: list[str], peak: float) -> tuple[str, float]:
    """What a command prints, and the greater of its peak memory and the given one, MB."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with Watch(process.pid) as watch:
        printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[3]} ended with {process.returncode}")
    return printed, max(peak, watch.peak)


def _quality(python: str | None, corpus: str) -> dict[str, dict[str, float]]:
    drivers = {OURS: [sys.executable, "-m", "service.cli.main"]}
    if python:
        drivers[OTHER] = [python, str(HERE / "put_together.py"), _model()]
        drivers[BY_HAND] = [*drivers[OTHER], "--smallest", "3"]
    found = {}
    for who, driver in drivers.items():
        with tempfile.TemporaryDirectory() as work:
            score = [sys.executable, "tests/gold/score.py", f"tests/gold/{corpus}", "--bijian", shlex.join(driver)]
            command = [*score, "--work", work, "--json", f"{work}/figures.json"]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            every = json.loads(Path(work, "figures.json").read_text(encoding="utf-8"))
        found[who] = {name: every[name] for name in MEASURES if name in every}
    return found
