"""Clusters held against the annotated reports: beside BERTopic and EVōC, over the control, part by part, stability.

    python -m benchmarks --full cluster_quality

Everything is end to end: the reports' files are indexed, and the passages that were found are clustered. B³ F1 is that
of `tests/gold/score.py`; passages that were left alone stand for themselves. BERTopic and EVōC
(BIJIAN_TOPICS_PYTHON names an interpreter that has them) get the same passages and vectors, measures and problems
apart, three times each with other seeds: figures are means. `ablation` and `sweep` change one thing at a time.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

if TYPE_CHECKING:
    from embed.index import Generation
    from embed.models.encoder import Encoder
    from embed.structure.report import Role
    from service.clusters import Parameters

HERE = Path(__file__).parent
GOLD = HERE.parent / "tests" / "gold"
CORPORA = {"dev": ("dev",), "real": ("real",), "held": ("held",), "all": ("dev", "real", "held")}
FINENESS = (0.20, 0.26, 0.32, 0.38, 0.44, 0.50, 0.56)
CUTS = tuple(round(0.06 + 0.04 * n, 2) for n in range(14))
REPEATS = 3
METHODS = {"bertopic": "BERTopic", "bertopic-3": "BERTopic, min_topic_size=3", "evoc": "EVōC"}
F1 = {"measure": "clusters of measures B3 F1", "problem": "clusters of problems B3 F1"}
LIMITS = [("side by side/dev/Bijian/measure", ">=", 0.90), ("side by side/dev/Bijian/problem", ">=", 0.90)]


@dataclass(frozen=True)
class Corpus:
    """Annotated reports that were indexed: the store's folder, the annotation, which passage stands for which."""

    store: Path
    gold: dict[str, Any]
    aligned: Any


def run(quick: bool) -> dict[str, Any]:
    """Every comparison; quick: the twelve reports, without the ablation and the stability."""
    from embed.models import open_encoder, read_models
    from service.settings import Settings

    settings = Settings.read()
    encoder = open_encoder(read_models()[settings.model], cache=settings.cache, engine=settings.engine)
    names = ("dev",) if quick else tuple(CORPORA)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        corpora = {name: index(CORPORA[name], Path(where) / name, encoder) for name in names}
        figures: dict[str, Any] = {"side by side": side_by_side(corpora, encoder)}
        figures["sweep"] = {name: sweep(corpora[name], encoder) for name in corpora if name in ("dev", "all")}
        if not quick:
            figures["ablation"] = ablation(corpora["all"], encoder)
            figures["stability"] = stability(corpora["all"], encoder)
    return figures


def index(folders: Sequence[str], store: Path, encoder: Encoder) -> Corpus:
    """Index the reports of some folders of annotation."""
    from embed.index import Store
    from embed.pipeline import index_files

    scorer = _scorer()
    gold = {name: record for folder in folders for name, record in scorer.load_gold(GOLD / folder).items()}
    paths = [GOLD / folder / name for folder in folders for name in scorer.load_gold(GOLD / folder)]
    opened = Store.open(store, create=True)
    index_files(opened, paths, encoder)
    with opened.current() as generation:
        return Corpus(store, gold, _align(scorer, gold, generation))


def _scorer() -> Any:  # noqa: ANN401 - a script, loaded as it stands
    spec = importlib.util.spec_from_file_location("gold_score", GOLD / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(GOLD / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _align(scorer: Any, gold: dict[str, Any], generation: Generation) -> Any:  # noqa: ANN401
    predicted: dict[str, list[dict[str, Any]]] = {}
    for row in range(len(generation.reports)):
        found = generation.passages_at(generation.passages_of(row))
        mine = [{"id": p.id, "start": p.start, "end": p.end, "role": str(p.role), "text": p.text} for p in found]
        predicted[Path(generation.report_at(row).file).name] = mine
    return scorer.Alignment(gold, predicted)


def score(corpus: Corpus, labels: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """B³ F1 of measures and of problems. labels: role → passage id → cluster, without those left alone."""
    roles: dict[str, Any] = {}
    for role, mine in labels.items():
        groups: dict[int, list[str]] = {}
        for passage, label in mine.items():
            groups.setdefault(label, []).append(passage)
        roles[role] = {"clusters": [{"id": k, "passages": v} for k, v in sorted(groups.items())]}
    figures = _scorer().score_clusters(corpus.gold, corpus.aligned, {"roles": roles})
    return {role: figures[name] for role, name in F1.items()}


def _roles() -> tuple[Role, ...]:
    from embed.structure.report import Role

    return (Role.MEASURE, Role.PROBLEM)


def ours(
    corpus: Corpus, encoder: Encoder | None, parameters: Parameters | None = None
) -> tuple[dict[str, dict[str, int]], dict[str, Any]]:
    """(labels, figures) of our clusters."""
    from embed.index import Store
    from service.clusters import cluster

    with Store.open(corpus.store).current() as generation:
        found = cluster(generation, encoder=encoder, parameters=parameters)
    labels, sizes, looked, alone = {}, {}, 0, 0
    for role, clusters in found.roles.items():
        labels[str(role)] = {p: n for n, c in enumerate(clusters.clusters) for p in c.passages}
        sizes[f"clusters of {role}s"] = len(clusters.clusters)
        looked += clusters.passages
        alone += len(clusters.unclustered)
    return labels, score(corpus, labels) | sizes | {"in clusters": 1 - alone / looked}


def side_by_side(corpora: Mapping[str, Corpus], encoder: Encoder) -> dict[str, Any]:
    """Bijian, BERTopic and EVōC on the same passages and vectors."""
    figures: dict[str, Any] = {name: {"Bijian": ours(corpus, encoder)[1]} for name, corpus in corpora.items()}
    python = os.environ.get("BIJIAN_TOPICS_PYTHON")
    if not python:
        return figures
    with tempfile.TemporaryDirectory(dir=os.environ.get("BIJIAN_BENCH_DIR")) as where:
        passages = {name: _pools(corpus, Path(where), name) for name, corpus in corpora.items()}
        jobs = [f"{name}-{role}" for name in corpora for role in passages[name]]
        for method, title in METHODS.items():
            command = [python, str(HERE / "topic_rivals.py"), method, *jobs, "--repeats", str(REPEATS)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=where)
            said = json.loads(done.stdout.splitlines()[-1])["jobs"]
            for name, corpus in corpora.items():
                failed = next((said[f"{name}-{role}"]["failed"] for role in passages[name]), "")
                found = {role: np.load(Path(where) / f"{name}-{role}" / f"{method}.npy") for role in passages[name]}
                figures[name][title] = _mean_of(corpus, passages[name], found) | ({"failed": failed} if failed else {})
    return figures


def _pools(corpus: Corpus, folder: Path, name: str) -> dict[str, list[str]]:
    """Write vectors and texts of each role's passages; their ids."""
    from embed.index import Store
    from service.clusters.run import _rows_of

    ids = {}
    with Store.open(corpus.store).current() as generation:
        for role in _roles():
            rows = _rows_of(generation, role)
            job = folder / f"{name}-{role}"
            job.mkdir()
            np.save(job / "vectors.npy", np.asarray(generation.vectors[rows]))
            texts = json.dumps([generation.text_of(int(row)) for row in rows], ensure_ascii=False)
            (job / "texts.json").write_text(texts, encoding="utf-8")
            ids[str(role)] = [generation.passage_id(int(row)) for row in rows]
    return ids


def _mean_of(
    corpus: Corpus, passages: Mapping[str, Sequence[str]], found: Mapping[str, np.ndarray]
) -> dict[str, float]:
    rows = []
    for repeat in range(REPEATS):
        labels = {
            role: {p: int(k) for p, k in zip(ids, found[role][repeat], strict=True) if k >= 0}
            for role, ids in passages.items()
        }
        counts = {f"clusters of {role}s": float(len(set(mine.values()))) for role, mine in labels.items()}
        inside = sum(len(mine) for mine in labels.values()) / sum(len(ids) for ids in passages.values())
        rows.append(score(corpus, labels) | counts | {"in clusters": inside})
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def sweep(corpus: Corpus, encoder: Encoder) -> dict[str, Any]:
    """The one control, from coarse to fine."""
    from service.clusters import Parameters

    return {f"{cut:.2f}": ours(corpus, encoder, Parameters(fineness=cut))[1] for cut in FINENESS}


def ablation(corpus: Corpus, encoder: Encoder) -> dict[str, Any]:
    """What each part brings: the best cut of each, chosen for measures and for problems apart."""
    from service.clusters import Parameters

    plain = Parameters(theme_share=0.0)
    rows = {
        "vectors alone": _best(corpus, None, replace(plain, dense_share=1.0)),
        "words alone": _best(corpus, None, replace(plain, dense_share=0.0)),
        "vectors and words": _best(corpus, None, plain),
    }
    with _catalogue_without("terms"):
        rows["with the themes' examples"] = _best(corpus, encoder, Parameters())
    with _catalogue_without("examples"):
        rows["with the themes' words"] = _best(corpus, encoder, Parameters())
    rows["with both"] = _best(corpus, encoder, Parameters())
    rows["with both, at the default cut"] = {role: ours(corpus, encoder)[1][role] for role in F1}
    return rows


def _best(corpus: Corpus, encoder: Encoder | None, parameters: Parameters) -> dict[str, float]:
    rows = [(cut, ours(corpus, encoder, replace(parameters, fineness=cut))[1]) for cut in CUTS]
    best = {role: max(rows, key=lambda row: row[1][role]) for role in F1}
    return {role: row[1][role] for role, row in best.items()} | {f"{role}, cut": row[0] for role, row in best.items()}


@contextmanager
def _catalogue_without(part: str) -> Iterator[None]:
    """The catalogue of themes without its `terms` or its `examples`."""
    from service.clusters import run, space
    from service.clusters.themes import Catalogue

    whole = space.themes_of

    def cut(role: Role, parameters: Parameters) -> Catalogue:
        return Catalogue([replace(theme, **{part: ()}) for theme in whole(role, parameters).themes])

    with patch.object(space, "themes_of", cut), patch.object(run, "themes_of", cut):
        yield


def stability(corpus: Corpus, encoder: Encoder) -> dict[str, float]:
    """B³ F1 of the clusters with each report left out against those with all, over the other reports' passages."""
    from embed.index import Store
    from embed.pipeline import IndexOptions, index_files

    scorer, whole = _scorer(), ours(corpus, encoder)[0]
    paths = {name: path for path in GOLD.glob("*/*.txt") if (name := path.name) in corpus.gold}
    found: dict[str, list[float]] = {role: [] for role in F1}
    for name in sorted(paths):
        copy = corpus.store.with_name("without")
        shutil.copytree(corpus.store, copy)
        rest = [path for other, path in sorted(paths.items()) if other != name]
        with Store.open(copy).current() as generation:
            gone = next(r for r in range(len(generation.reports)) if generation.report_at(r).file.endswith(name))
            gone_id = generation.report_id(gone)
        fresh = corpus.store.with_name("fresh")
        opened = Store.open(fresh, create=True)
        shutil.copytree(copy / "vectors", fresh / "vectors", dirs_exist_ok=True)
        index_files(opened, rest, encoder, options=IndexOptions())
        less = ours(Corpus(fresh, corpus.gold, corpus.aligned), encoder)[0]
        for role in F1:
            shared = [p for p in _everyone(fresh, role) if not p.startswith(gone_id)]
            sides = [[str(side[role].get(p, f"alone {p}")) for p in shared] for side in (whole, less)]
            found[role].append(scorer.b_cubed(*sides)[2])
        shutil.rmtree(copy)
        shutil.rmtree(fresh)
    means = {f"{role}, mean": float(np.mean(values)) for role, values in found.items()}
    return means | {f"{role}, least": float(np.min(values)) for role, values in found.items()}


def _everyone(store: Path, role: str) -> list[str]:
    from embed.index import Store
    from service.clusters.run import _rows_of

    wanted = next(r for r in _roles() if str(r) == role)
    with Store.open(store).current() as generation:
        return [generation.passage_id(int(row)) for row in _rows_of(generation, wanted)]


def table(figures: dict[str, Any]) -> str:
    """The four tables."""
    lines = ["B³ F1, end to end, and the share of passages in clusters; rivals: means of three runs.", ""]
    lines += _rows("reports", ("measures", "problems", "clusters of measures", "of problems", "in clusters"))
    for name, methods in figures["side by side"].items():
        lines += [f"| {name}: {title} | {_cells(row)}" for title, row in methods.items()]
    lines += ["", *_rows("fineness", ("measures", "problems", "clusters of measures", "of problems", "in clusters"))]
    for name, cuts in figures["sweep"].items():
        lines += [f"| {name}: {cut} | {_cells(row)}" for cut, row in cuts.items()]
    if "ablation" in figures:
        lines += ["", *_rows("parts, each at its best cut", ("measures", "problems"))]
        lines += [f"| {n} | {r['measure']:.3f} | {r['problem']:.3f} |" for n, r in figures["ablation"].items()]
        lines += ["", "One report left out, against all: " + ", ".join(_pairs(figures["stability"])) + "."]
    return "\n".join(lines)


def _pairs(row: Mapping[str, float]) -> list[str]:
    return [f"{name} {value:.3f}" for name, value in row.items()]


def _rows(first: str, rest: Sequence[str]) -> list[str]:
    return [f"| {first} | " + " | ".join(rest) + " |", "| --- |" + " ---: |" * len(rest)]


def _cells(row: Mapping[str, Any]) -> str:
    counts = f"{row['clusters of measures']:.0f} | {row['clusters of problems']:.0f}"
    failed = f" ({row['failed'][:60]})" if row.get("failed") else ""
    return f"{row['measure']:.3f} | {row['problem']:.3f} | {counts} | {row['in clusters']:.0%}{failed} |"
