"""The annotated reports: passages and roles, scored with the corpus's own scorer."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from embed.reading import clean, read_documents
from embed.reading.document import SourceDocument
from embed.structure import understand

GOLD = Path(__file__).parents[2] / "gold"
LEAST = {
    "real": {"segmentation F1": 0.80, "role accuracy": 0.90, "noise removed": 1.0},
    "varied": {"segmentation F1": 0.82, "role accuracy": 0.93, "noise removed": 1.0},
    "unseen": {"segmentation F1": 0.70, "role accuracy": 0.92},
    "dev": {"segmentation F1": 0.93, "role accuracy": 0.95, "role macro F1": 0.90, "noise removed": 1.0},
}


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("gold_score", GOLD / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("corpus", LEAST)
def test_passages_and_roles_reach_the_figures_on_annotated_reports(corpus: str) -> None:
    score = scorer()
    gold = score.load_gold(GOLD / corpus)
    predicted = {}
    for name in gold:
        source = next(iter(read_documents(GOLD / corpus / name)))
        assert isinstance(source, SourceDocument)
        report = understand(source, clean(source))
        predicted[name] = [
            {"id": report.passage_id(p.ordinal), "start": p.start, "end": p.end, "role": p.role.value, "text": p.text}
            for p in report.passages
        ]
    figures = score.score_structure(gold, predicted, score.Alignment(gold, predicted))

    assert {name: round(figures[name], 3) for name, least in LEAST[corpus].items() if figures[name] < least} == {}
