"""A large store of shuffled clauses of the annotated reports: real words, real lengths, invented reports.

Passages are made of two to five clauses, a twentieth of them copies of earlier ones. A passage's vector is that of
the annotated passage that its first clause comes from, with a third of its own clauses' and some noise, so the vectors
lie in groups as those of real text do. Only the clauses are encoded (or, without an encoder, given random vectors): a
million passages take a few minutes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from embed.index.blobs import BlobWriter
from embed.index.files import checksum, write_array
from embed.index.ivf import EXACT_UP_TO, build_ivf
from embed.index.lexical import build_lexical
from embed.index.manifest import IndexSettings, Manifest, ModelStamp
from embed.index.outline import outline_item
from embed.index.tables import KINDS, LEVELS, PASSAGE_TYPES, REPORT_TYPES, ROLES, PassageTable, ReportTable, write_table
from embed.index.topics import TOPIC_MARK
from embed.index.wording import PASSAGE_SIDE, lexical_terms
from embed.models.encoder import Encoder
from embed.structure.divisions import load_divisions

GOLD = Path(__file__).parent.parent / "tests" / "gold"
DIMENSION = 384
PER_REPORT = 50
SEED = 7
NOISE = 0.25  # of a clause vector's length: what a passage says beside its clauses


def gold_clauses() -> list[tuple[str, int]]:
    """(clause, row of its role) of every annotated passage."""
    clauses = []
    for path in _annotations():
        for passage in json.loads(path.read_text(encoding="utf-8"))["passages"]:
            role = [str(r) for r in ROLES].index(passage["role"])
            text = re.sub(r"\s+", "", passage["quote"])
            clauses += [(c, role) for c in re.findall(r"[^，,。；;]{4,}[，,。；;]?", text)]
    return sorted(set(clauses))


def write_store(path: Path, passages: int, encoder: Encoder | None = None, *, cells: bool = True) -> None:
    """Write a store with one generation of so many passages into an empty folder.

    cells: also the index of a large store, which is built from its vectors.
    """
    folder = path / "generations" / "1"
    folder.mkdir(parents=True)
    random = np.random.default_rng(SEED)
    clauses = gold_clauses()
    by_role = [[i for i, (_, role) in enumerate(clauses) if role == r] for r in range(len(ROLES))]
    reports = -(-passages // PER_REPORT)
    roles = random.choice(len(ROLES), size=passages, p=[0.55, 0.12, 0.05, 0.12, 0.06, 0.10])
    chosen = [random.choice(by_role[role], size=random.integers(2, 6)) for role in roles]
    for i in np.flatnonzero(random.random(passages) < 0.05):
        source = int(random.integers(0, max(1, i)))
        chosen[i], roles[i] = chosen[source], roles[source]
    _write_texts(folder, clauses, chosen)
    terms = [lexical_terms(clause, ()) for clause, _ in clauses]
    topics = [[t for t in listed if t.startswith(TOPIC_MARK)] for listed in terms]
    items = [
        outline_item([t for c in one for t in topics[c]], ROLES[role]) for one, role in zip(chosen, roles, strict=True)
    ]
    _write_tables(folder, random, reports, roles, chosen, clauses)
    write_array(folder / "passage.outline.npy", np.array(items, dtype=np.int8))
    _write_vectors(folder, random, _clause_vectors(random, clauses, encoder), chosen)
    vocabulary = build_lexical(folder, ([t for c in one for t in terms[c]] for one in chosen))
    manifest = Manifest(
        number=1,
        model=ModelStamp("synthetic", "0" * 16, DIMENSION, "query"),
        text_rules="synthetic",
        index_rules="synthetic",
        reports=reports,
        passages=passages,
        searchable=passages,
        vocabulary=vocabulary,
        index=build_ivf(folder, roles.astype(np.int8)) if cells and passages > EXACT_UP_TO else IndexSettings(),
        files={p.name: (p.stat().st_size, checksum(p)) for p in sorted(folder.iterdir())},
    )
    manifest.write(folder)


def _write_texts(folder: Path, clauses: list[tuple[str, int]], chosen: list[np.ndarray]) -> None:
    texts = BlobWriter(folder, "texts")
    for one in chosen:
        texts.append("".join(clauses[c][0] for c in one))
    texts.close()
    headings = BlobWriter(folder, "headings")
    headings.append('["主要举措"]')
    headings.close()


def _counties() -> list[tuple[int, int, int]]:
    divisions = load_divisions()
    codes = [c for c in divisions.codes if len(c) == 6]
    return [(int(c[:2]), int(c[:4]), int(c)) for c in codes]


def _write_tables(
    folder: Path, random: np.random.Generator, reports: int, roles: np.ndarray, chosen: list[np.ndarray], clauses: list
) -> None:
    counties = _counties()
    place = random.integers(0, len(counties), size=reports)
    year = random.integers(2016, 2026, size=reports)
    first = np.arange(reports) * PER_REPORT
    county = np.array([counties[p][2] for p in place])
    lengths = np.array([len(c) for c, _ in clauses])
    columns = {
        "key": np.sort(random.choice(1 << 60, size=reports, replace=False)),
        "year": year,
        "level": np.full(reports, 2),
        "kind": np.zeros(reports),
        "province": county // 10000,
        "city": county // 100,
        "county": county,
        "town": np.zeros(reports),
        "code": county * 1000,
        "depth": np.full(reports, 6),
        "department": np.full(reports, -1),
        "duplicate_of": np.full(reports, -1),
        "first": first,
        "count": np.minimum(PER_REPORT, len(roles) - first),
    }
    write_table(folder, "report", ReportTable(**{n: columns[n].astype(t) for n, t in REPORT_TYPES.items()}))
    row = np.arange(len(roles))
    size = np.array([int(lengths[one].sum()) for one in chosen])
    table = {
        "report": row // PER_REPORT,
        "ordinal": row % PER_REPORT,
        "role": roles,
        "confidence": np.full(len(roles), 0.9),
        "start": (row % PER_REPORT) * 200,
        "end": (row % PER_REPORT) * 200 + size,
        "length": size,
        "heading": np.zeros(len(roles)),
        "outline": np.zeros(len(roles)),
    }
    write_table(folder, "passage", PassageTable(**{n: table[n].astype(t) for n, t in PASSAGE_TYPES.items()}))
    (folder / "departments.json").write_text("[]", encoding="utf-8")
    metadata = BlobWriter(folder, "metadata")
    divisions = load_divisions()
    for i in range(reports):
        region = divisions.region(int(divisions.row_of(str(county[i])) or 0))
        value = {
            "files": [f"{i}.txt"],
            "paths": [],
            "sha256": f"{i:064x}",
            "corrected": [],
            "metadata": {
                "kind": str(KINDS[0]),
                "title": f"{region.county or region.city}{year[i]}年度法治政府建设情况报告",
                "year": int(year[i]),
                "published": None,
                "doc_number": None,
                "level": str(LEVELS[2]),
                "department": None,
                "issuer": None,
                "url": None,
                "region": {n: getattr(region, n) for n in ("province", "city", "county", "town", "code")},
            },
        }
        metadata.append(json.dumps(value, ensure_ascii=False))
    metadata.close()


def _sources() -> np.ndarray:
    """For each clause of `gold_clauses` the number of the first annotated passage that has it."""
    passages = [p["quote"] for path in _annotations() for p in json.loads(path.read_text("utf-8"))["passages"]]
    texts = [re.sub(r"\s+", "", quote) for quote in passages]
    first = [next(i for i, text in enumerate(texts) if clause in text) for clause, _ in gold_clauses()]
    return np.unique(first, return_inverse=True)[1]


def _annotations() -> list[Path]:
    return sorted({*GOLD.glob("*/r*.json"), *GOLD.glob("real/*.json")})


def _clause_vectors(random: np.random.Generator, clauses: list[tuple[str, int]], encoder: Encoder | None) -> np.ndarray:
    if encoder is None:
        return random.standard_normal((len(clauses), DIMENSION)).astype(np.float32)
    vectors = encoder.encode([clause for clause, _ in clauses], side=PASSAGE_SIDE)
    vectors -= vectors.mean(axis=0)
    return vectors * np.float32(np.sqrt(DIMENSION) / np.linalg.norm(vectors, axis=1).mean())


def _write_vectors(folder: Path, random: np.random.Generator, base: np.ndarray, chosen: list[np.ndarray]) -> None:
    source = _sources()
    themes = np.array([base[source == i].mean(axis=0) for i in range(source.max() + 1)])
    out = open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(len(chosen), DIMENSION))
    for begin, block in _blocks(chosen):
        mean = np.array([base[one].mean(axis=0) + 2 * themes[source[one[0]]] for one in block]) / 3
        mean += NOISE * random.standard_normal(mean.shape).astype(np.float32)
        out[begin : begin + len(block)] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    out.flush()
    write_array(folder / "mean.npy", np.zeros(DIMENSION, np.float32))


def _blocks(chosen: list[np.ndarray]) -> Iterator[tuple[int, list[np.ndarray]]]:
    for begin in range(0, len(chosen), 8192):
        yield begin, chosen[begin : begin + 8192]
