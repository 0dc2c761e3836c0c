"""What each part of the ranking brings, and how fast large stores answer.

    python -m benchmarks.similar ablation [--gold tests/gold/dev] [--seeds seeds]
    python -m benchmarks.similar speed [--passages 1000000] [--store DIR] [--quick]

`ablation` indexes the annotated reports with the real model, ranks with parts of the ranking switched off, and prints a
Markdown table. `speed` builds (or reuses) a synthetic store and prints times as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.synthetic import write_store
from embed.index import Generation
from embed.index.tables import ROLES
from embed.index.wording import PASSAGE_SIDE, lexical_terms
from embed.models.encoder import Encoder, Side
from service.similar import GroupBy, SimilarQuery, copy_families, find_similar, find_similar_many, reuse
from service.similar.fused import PASSAGE_MIX, similarities
from service.similar.questions import Asked, understand_text
from service.similar.ranking import bonus_for_passage
from service.similar.requests import QUESTION_MIX, Request, encode_asked, request_for_passage, request_for_text
from service.similar.view import Mix

ROOT = Path(__file__).parent.parent

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
    """Milliseconds of `times` runs: median and 99th percentile."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1e3)
    return {"p50": round(float(np.median(taken)), 2), "p99": round(float(np.quantile(taken, 0.99)), 2)}


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


def speed(path: Path, passages: int, quick: bool) -> None:
    if not (path / "generations").exists():
        write_store(path, passages, open_model())
    generation = Generation(path / "generations" / "1")
    random = np.random.default_rng(3)
    count = 1000 if quick else 10_000
    ids = [generation.passage_id(int(r)) for r in random.integers(0, passages, count)]
    queries = [json.loads(x)["text"] for x in (ROOT / "tests/gold/dev/queries.jsonl").read_text("utf-8").splitlines()]
    encoder = NoEncoder(generation)
    figures: dict[str, Any] = {"passages": passages}
    for text in queries[:8]:  # pages of the store come into memory
        find_similar(generation, encoder, SimilarQuery(text=text, group_by=GroupBy.PROVINCE))
    turn = iter(queries * 20)
    figures["text query, grouped by province, ms"] = timed(
        lambda: find_similar(generation, encoder, SimilarQuery(text=next(turn), group_by=GroupBy.PROVINCE)), 300
    )
    turn = iter(queries * 20)
    figures["text query, list, ms"] = timed(
        lambda: find_similar(generation, encoder, SimilarQuery(text=next(turn))), 300
    )
    start = time.perf_counter()
    for begin in range(0, count, 256):
        part = [SimilarQuery(passage=i, explain=False, collapse_copies=False) for i in ids[begin : begin + 256]]
        find_similar_many(generation, None, part)
    figures["passage queries a second"] = round(count / (time.perf_counter() - start))
    reports = iter(generation.report_id(int(r)) for r in random.integers(0, len(generation.reports), 20))
    figures["reuse of a report, ms"] = timed(lambda: reuse(generation, next(reports)), 10)
    with tempfile.TemporaryDirectory() as work:
        size = 20_000 if quick else 100_000
        write_store(Path(work), size)
        small = Generation(Path(work) / "generations" / "1")
        start = time.perf_counter()
        families = copy_families(small)
        figures[f"near copies among {size}, s"] = round(time.perf_counter() - start, 1)
        figures["near-copy pairs found"] = families.pairs
    print(json.dumps(figures, indent=1, ensure_ascii=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["ablation", "speed"])
    parser.add_argument("--gold", type=Path, default=ROOT / "tests" / "gold" / "dev")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds")
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.what == "ablation":
        ablation(options.gold, options.seeds)
        return
    with tempfile.TemporaryDirectory() as work:
        speed(options.store or Path(work) / "store", options.passages, options.quick)


if __name__ == "__main__":
    main()
