"""What each part of the ranking brings, and how fast large stores answer.

    python -m benchmarks --full similar
    python -m benchmarks.similar ablation [--gold tests/gold/dev] [--seeds seeds]

The first builds a synthetic store of a million passages (or takes the one in BIJIAN_BENCH_DIR) and times questions
without the encoder's own time, batches, reuse of whole reports and the search for near copies. `ablation` indexes the
annotated reports with the real model, ranks with parts of the ranking switched off, and prints a Markdown table.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.synthetic import PER_REPORT, write_store
from embed.index import Generation
from embed.index.tables import ROLES
from embed.index.wording import PASSAGE_SIDE, lexical_terms
from embed.models import cores_given
from embed.models.encoder import Encoder, Side
from service.similar import GroupBy, SimilarQuery, copy_families, find_in_batches, find_similar, reuse
from service.similar.fused import PASSAGE_MIX, similarities
from service.similar.questions import Asked, understand_text
from service.similar.ranking import bonus_for_passage
from service.similar.requests import QUESTION_MIX, Request, encode_asked, request_for_passage, request_for_text
from service.similar.view import Mix

ROOT = Path(__file__).parent.parent

LIMITS = [
    ("text query, grouped by province, ms/p50", "<=", 15),
    ("text query, grouped by province, ms/p99", "<=", 60),
    ("passage queries a second", ">=", 300),
    (f"reuse of a report of {PER_REPORT} passages, ms/p99", "<=", 2000 * PER_REPORT / 60),
    ("near copies, seconds", "<=", 300),
]

# name, (dense, lexical, topical) shares, centred, masked, roles
ROWS: list[tuple[str, tuple[float, float, float], bool, bool, bool]] = [
    ("dense, plain cosine", (1, 0, 0), False, False, False),
    ("dense, centred", (1, 0, 0), True, False, False),
    ("dense, centred, local detail masked", (1, 0, 0), True, True, False),
    ("lexical (BM25 cosine over words)", (0, 1, 0), True, True, False),
    ("topical (words of the genre's topics)", (0, 0, 1), True, True, False),
    ("dense + lexical", (0.4, 0.6, 0), True, True, False),
    ("dense + lexical + topical", (-1, -1, -1), True, True, False),
    ("all, not masked", (-1, -1, -1), True, False, True),
    ("all (the product)", (-1, -1, -1), True, True, True),
]


def scorer() -> ModuleType:
    """The scorer beside the annotated reports, as a module."""
    spec = importlib.util.spec_from_file_location("score", ROOT / "tests" / "gold" / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tests/gold/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def open_model() -> Encoder:
    from embed.models import find_entry, open_encoder
    from service.settings import Settings

    settings = Settings.read()
    return open_encoder(find_entry(settings.model, settings.models_file), cache=settings.cache)


def build(folder: Path, files: Sequence[Path], encoder: Encoder) -> Generation:
    from tests.helpers.stores import gold_store

    return gold_store(folder, files, encoder).current()


class Bench:
    """One folder of annotated reports, indexed, with raw vectors beside the masked ones."""

    def __init__(self, corpus: Path, work: Path, encoder: Encoder) -> None:
        self.score, self.encoder = scorer(), encoder
        self.gold = self.score.load_gold(corpus)
        self.generation = build(work, [corpus / name for name in self.gold], encoder)
        generation = self.generation
        predicted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in range(len(generation.reports)):
            for p in generation.passages_at(generation.passages_of(row)):
                name = Path(generation.report_at(row).file).name
                predicted[name].append(
                    {"id": p.id, "start": p.start, "end": p.end, "role": str(p.role), "text": p.text}
                )
        self.aligned = self.score.Alignment(self.gold, predicted)
        self.asked = [q for q in self.score.passage_queries(self.gold, self.aligned) if q["passage"]]
        texts = corpus / "queries.jsonl"
        listed = self.score.read_jsonl(texts) if texts.exists() else []
        self.texts = [q for q in listed if self.score.wanted("", self.gold, q["label"])]
        rows = range(len(generation.passages))
        self.plain = encoder.encode([generation.text_of(r) for r in rows], side=PASSAGE_SIDE)
        self.ids = [generation.passage_id(r) for r in rows]

    def figures(self, mix: tuple[float, float, float], *, centred: bool, masked: bool, roles: bool) -> dict[str, float]:
        """The scorer's figures for one way of ranking."""
        answers = {}
        for query in self.asked:
            request = request_for_passage(self.generation, SimilarQuery(passage=query["passage"]))
            answers[query["id"]] = self._ranked(request, self._mix(mix, PASSAGE_MIX), centred, masked, roles)
        for query in self.texts:
            asked = understand_text(query["text"])
            vector = encode_asked(self.generation, self.encoder, [asked])[0]
            request = request_for_text(self.generation, SimilarQuery(text=query["text"]), asked, vector)
            answers[query["id"]] = self._ranked(request, self._mix(mix, QUESTION_MIX), centred, masked, roles, asked)
        figures: dict[str, float] = self.score.score_similar(self.gold, self.aligned, self.asked + self.texts, answers)
        return figures

    def _mix(self, mix: tuple[float, float, float], own: Mix) -> Mix:
        return own if mix[0] < 0 else Mix(*map(float, mix))

    def _ranked(
        self, request: Request, mix: Mix, centred: bool, masked: bool, roles: bool, asked: Asked | None = None
    ) -> list[dict[str, Any]]:
        generation = self.generation
        parts = request.view.parts(replace(request.probe, mix=mix), request.within)
        if not (centred and masked) and mix.dense:
            stored = self.plain if not centred else generation.centre(self.plain, self.plain.mean(axis=0))
            if asked is None:
                vector = stored[int(request.hidden[0])]
            elif centred:
                vector = request.probe.vector
            else:
                vector = self.encoder.encode([asked.text], side=Side.QUERY)[0]
            fused = (
                mix.dense * (stored[request.within] @ vector)
                + mix.lexical * parts.lexical
                + mix.topical * parts.topical
            )
        else:
            fused = parts.fused
        total = fused + (request.bonus[generation.passages.role[request.within]] if roles else 0)
        order = request.within[np.lexsort((request.within, -np.round(total, 6)))]
        return [{"passage": self.ids[r]} for r in order[:400]]


def ablation(gold: Path, seeds: Path) -> None:
    encoder = open_model()
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(gold, Path(work) / "gold", encoder)
        real = Bench(ROOT / "tests" / "gold" / "real", Path(work) / "real", encoder)
        print("| ranking | passage nDCG@10 | P@1 | zh query | en query | real, passage nDCG@10 |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, mix, centred, masked, roles in ROWS:
            options = {"centred": centred, "masked": masked, "roles": roles}
            f, r = bench.figures(mix, **options), real.figures(mix, **options)
            shown = [f["passage to passage nDCG@10"], f["passage to passage P@1"], f["text query zh nDCG@10"]]
            shown += [f["text query en nDCG@10"], r["passage to passage nDCG@10"]]
            print(f"| {name} | " + " | ".join(f"{v:.3f}" for v in shown) + " |")
        seeded(build(Path(work) / "seeds", sorted(seeds.glob("*.txt")), encoder))


def seeded(generation: Generation) -> None:
    """On the seeds nothing is labelled: how often the nearest passage elsewhere shares role and a topic word."""
    print("\n| on the seeds | same role first | shares a topic |\n| --- | --- | --- |")
    rows = generation.rows()
    topics = [{t for t in lexical_terms(generation.text_of(int(r)), ()) if t.startswith("@")} for r in rows]
    report, role = generation.passages.report[rows], generation.passages.role[rows]
    fused = {
        "dense, centred": generation.vectors[rows] @ generation.vectors[rows].T,
        "dense + lexical + topical": similarities(generation, rows, rows),
    }
    fused["all (the product)"] = fused["dense + lexical + topical"] + np.array(
        [bonus_for_passage(ROLES[r])[role] for r in role]
    )
    for name, matrix in fused.items():
        values = np.where(report[:, None] == report[None, :], -np.inf, matrix)
        best = values.argmax(axis=1)
        same = float((role[best] == role).mean())
        shared = float(np.mean([bool(topics[i] & topics[j]) for i, j in enumerate(best) if topics[i]]))
        print(f"| {name} | {same:.3f} | {shared:.3f} |")


def timed(work: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds of `times` runs: wall, and this thread's processor time; median and 99th percentile."""
    taken, busy = [], []
    for _ in range(times):
        start, worked = time.perf_counter(), time.thread_time()
        work()
        taken.append((time.perf_counter() - start) * 1e3)
        busy.append((time.thread_time() - worked) * 1e3)
    return {
        "p50": round(float(np.median(taken)), 2),
        "p99": round(float(np.quantile(taken, 0.99)), 2),
        "processor time, p50": round(float(np.median(busy)), 2),
        "processor time, p99": round(float(np.quantile(busy, 0.99)), 2),
    }


class NoEncoder:
    """Gives texts vectors at no cost, so that only the search is timed."""

    model, fingerprint = "synthetic", "0" * 16

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    @property
    def dimension(self) -> int:
        return len(self._generation.mean)

    def encode(self, texts: Sequence[str], *, side: Side) -> np.ndarray:
        rows = [hash_of(text) % len(self._generation.passages) for text in texts]
        return np.array(self._generation.vectors[rows])

    def query_mean(self, language: str) -> np.ndarray:
        return np.zeros(self.dimension, np.float32)

    def passage_mean(self) -> None:
        return None


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def run(quick: bool) -> dict[str, Any]:
    """Questions, batches and whole reports against a synthetic store; near copies among all of a smaller one."""
    passages, copies = (50_000, 10_000) if quick else (1_000_000, 100_000)
    kept = os.environ.get("BIJIAN_BENCH_DIR")
    with tempfile.TemporaryDirectory() as work:
        folder = Path(kept if kept and not quick else work) / f"similar-{passages}"
        if not (folder / "generations" / "1" / "manifest.json").exists():
            write_store(folder, passages, open_model())
        for path in (folder / "generations" / "1").iterdir():  # what is timed is the search, not a cold disk
            path.read_bytes()
        generation = Generation(folder / "generations" / "1")
        return {**questions(generation), **many(generation, quick), **all_copies(Path(work) / "copies", copies)}


def questions(generation: Generation) -> dict[str, Any]:
    """Text queries, grouped and as a list, with their evidence; reuse of whole reports."""
    texts = [json.loads(x)["text"] for x in (ROOT / "tests/gold/dev/queries.jsonl").read_text("utf-8").splitlines()]
    encoder, turn = NoEncoder(generation), iter(texts * 40)

    def ask(by: GroupBy) -> None:
        find_similar(generation, encoder, SimilarQuery(text=next(turn), group_by=by))

    timed(lambda: ask(GroupBy.PROVINCE), 20)  # words and tables come into memory
    reports = iter(np.random.default_rng(3).integers(0, len(generation.reports), 40).tolist())
    return {
        "passages": len(generation.passages),
        "text query, grouped by province, ms": timed(lambda: ask(GroupBy.PROVINCE), 300),
        "text query, list, ms": timed(lambda: ask(GroupBy.NONE), 300),
        f"reuse of a report of {PER_REPORT} passages, ms": timed(
            lambda: reuse(generation, generation.report_id(next(reports))), 20
        ),
    }


def many(generation: Generation, quick: bool) -> dict[str, Any]:
    """Passage queries in batches of 256, as `bijian similar --batch` asks them."""
    count = 1000 if quick else 10_000
    rows = np.random.default_rng(3).integers(0, len(generation.passages), count)
    ids = [generation.passage_id(int(row)) for row in rows]
    queries = [SimilarQuery(passage=i, explain=False, collapse_copies=False) for i in ids]
    start = time.perf_counter()
    answered = sum(1 for _ in find_in_batches(generation, None, queries, workers=cores_given()))
    together = time.perf_counter() - start
    start, some = time.perf_counter(), queries[: count // 10]
    for _ in find_in_batches(generation, None, some):
        pass
    return {
        "passage queries": answered,
        "passage queries a second": round(count / together),
        "passage queries a second, one process": round(len(some) / (time.perf_counter() - start)),
        "resident memory, MB": round(_resident()),
    }


def all_copies(folder: Path, size: int) -> dict[str, Any]:
    """Every near copy in a store, as `bijian reuse` without a report finds them."""
    write_store(folder, size, cells=False)
    generation = Generation(folder / "generations" / "1")
    start, worked = time.perf_counter(), time.process_time()
    families = copy_families(generation)
    return {
        "near copies, passages": size,
        "near copies, seconds": round(time.perf_counter() - start, 1),
        "near copies, seconds of processor time": round(time.process_time() - worked, 1),
        "near-copy pairs found": families.pairs,
    }


def _resident() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["ablation"])
    parser.add_argument("--gold", type=Path, default=ROOT / "tests" / "gold" / "dev")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds")
    options = parser.parse_args()
    ablation(options.gold, options.seeds)


if __name__ == "__main__":
    main()
