"""Stores for tests: tiny hand-made reports with a tiny encoder, or annotated texts read for real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.index import Store
from embed.models.encoder import Encoder, Side
from embed.structure.report import Level, Metadata, Passage, Region, Report, ReportKind, Role

ANJU = Region(province="四川省", city="遂宁市", county="安居区", code="510904")


class HashEncoder:
    """Vectors from hashed character pairs: texts that share pairs are near. Real enough to rank, quick, exact."""

    def __init__(self, dimension: int = 32, model: str = "hash") -> None:
        self._dimension = dimension
        self._model = model
        self.encoded: list[str] = []

    @property
    def model(self) -> str:
        return self._model

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self._model}/{self._dimension}".encode()).hexdigest()[:16]

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        return np.array([self._one(text) for text in texts], np.float32).reshape(len(texts), self._dimension)

    def query_mean(self, language: str) -> NDArray[np.float32] | None:
        return None

    def passage_mean(self) -> NDArray[np.float32] | None:
        return None

    def _one(self, text: str) -> NDArray[np.float64]:
        vector = np.full(self._dimension, 0.5)
        for pair in pairwise(text):
            digest = hashlib.sha256("".join(pair).encode()).digest()
            vector[digest[0] % self._dimension] += 1 if digest[1] % 2 else -1
        return np.asarray(vector / np.linalg.norm(vector))


def make_report(
    name: str,
    passages: Iterable[tuple[Role, str]],
    *,
    year: int | None = 2024,
    region: Region = ANJU,
    level: Level | None = Level.COUNTY,
    kind: ReportKind = ReportKind.REPORT,
    department: str | None = None,
    heading: tuple[str, ...] = ("主要举措",),
) -> Report:
    """A report from (role, text) pairs; its source text is the texts, one a line, so that offsets are true."""
    pairs = list(passages)
    source = "\n".join(text for _, text in pairs)
    digest = hashlib.sha256(f"{name}\n{source}".encode()).hexdigest()
    made, start = [], 0
    for ordinal, (role, text) in enumerate(pairs):
        made.append(Passage(ordinal, role, 0.9, start, start + len(text), text, heading, None))
        start += len(text) + 1
    return Report(
        id=f"r{digest[:15]}",
        file=name,
        sha256=digest,
        source_text=source,
        metadata=Metadata(kind=kind, title=f"{name}报告", year=year, level=level, region=region, department=department),
        passages=tuple(made),
    )


def make_store(path: Path, reports: Sequence[Report], encoder: Encoder | None = None) -> Store:
    """A store with these reports in its first generation."""
    store = Store.open(path, create=True)
    store.add(reports, encoder or HashEncoder())
    return store


def read_reports(files: Iterable[Path]) -> list[Report]:
    """Reports from text files, by the product's own reading and structure."""
    from embed.reading import clean, read_documents
    from embed.reading.document import SourceDocument
    from embed.structure import understand

    documents = [d for path in sorted(files) for d in read_documents(path) if isinstance(d, SourceDocument)]
    return [understand(document, clean(document)) for document in documents]


def gold_store(path: Path, files: Iterable[Path], encoder: Encoder) -> Store:
    """A store of annotated reports with the encoder given."""
    return make_store(path, read_reports(files), encoder)
