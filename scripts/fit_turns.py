"""Fit `embed/structure/data/turns.tsv`: how much each sign of a turn counts behind 。 ； and ，.

    python scripts/fit_turns.py tests/gold/dev tests/gold/real tests/gold/held tests/gold/varied \
        tests/gold/seeds tests/gold/dense
    python scripts/fit_turns.py --check tests/gold/dev …      leave one report out at a time, write nothing

Every clause of the annotated measures is a case: a passage begins there or not. The regression has a weight for each
evidence and one for each evidence behind each sign; both are held small, so that few reports are enough.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from embed.reading import CleanText, clean, read_documents  # noqa: E402
from embed.structure import passages, understand, wording  # noqa: E402
from embed.structure.report import Role  # noqa: E402
from embed.structure.turn_weights import COLUMNS  # noqa: E402
from embed.structure.units import Opening, Unit  # noqa: E402

TABLE = ROOT / "embed" / "structure" / "data" / "turns.tsv"
HEAD = """\
# How much each sign of a turn counts towards a new passage behind 。 ； and ， among measures, then
# among plans and among problems, as log-odds; `bias` is added once.
# Made by scripts/fit_turns.py from the annotated reports; not to be edited by hand.
"""
STRENGTH = 0.03  # of the data against the wish for small weights


@dataclass
class Cases:
    """The clauses of some reports at which a passage could begin."""

    reports: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    evidence: list[dict[str, float]] = field(default_factory=list)
    begins: list[bool] = field(default_factory=list)


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", ROOT / "tests" / "gold" / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit("tests/gold/score.py is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def collect(folders: Sequence[Path]) -> Cases:
    """Read every annotated report with its annotated passages in place of those that the product would make."""
    cases = Cases()
    score = scorer()
    for folder in folders:
        for name, record in score.load_gold(folder).items():
            source = (folder / name).read_text(encoding="utf-8")
            spans = [(*p["span"], Role(p["role"])) for p in record["passages"] if p["role"] != "background"]
            for document in read_documents(folder / name):
                text = clean(document)
                guide = Guide(cases, f"{folder.name}/{name}", source, text, spans)
                guide.read(lambda document=document, text=text: understand(document, text))
    return cases


class Guide:
    """Walks each paragraph along the annotated passages and notes the evidence on the way."""

    def __init__(
        self, cases: Cases, report: str, source: str, text: CleanText, spans: Sequence[tuple[int, int, Role]]
    ) -> None:
        self.cases = cases
        self.report = report
        self.source = source
        self.text = text
        self.spans = spans
        self.starts = {start: role for start, _, role in spans}
        self.ends = {end for _, end, _ in spans}

    def read(self, work: Callable[[], object]) -> None:
        plain = passages._Divider.run
        guide = self

        def run(divider: passages._Divider) -> list[Unit]:
            guide.walk(divider)
            return plain(divider)

        passages._Divider.run = run  # type: ignore[method-assign]
        try:
            work()
        finally:
            passages._Divider.run = plain  # type: ignore[method-assign]

    def walk(self, divider: passages._Divider) -> None:
        if not divider.clauses:
            return
        for index, clause in enumerate(divider.clauses):
            at = self._source(divider.head(index))
            item = wording.ITEM.match(divider.text, divider.head(index), clause.end)
            if item:
                divider.begin, divider.opening, divider.item = index, Opening.ITEM, wording.item_value(item)
                divider.planning = False
                continue
            begins = at in self.starts
            if index and self._counts(divider, index, at, begins=begins):
                sign = divider.clauses[index - 1].sign
                column = divider.column(sign)
                evidence = divider.evidence(index, sign)
                if evidence is not None:
                    self.cases.reports.append(self.report)
                    self.cases.columns.append(column)
                    self.cases.evidence.append(evidence)
                    self.cases.begins.append(begins)
            if begins or at in self.ends:
                divider.begin, divider.opening = index, Opening.TOPIC
                if self.starts.get(at) is Role.CAUSE:
                    divider.opening = Opening.CAUSE
                divider.planning = self.starts.get(at) is Role.PLAN and not divider.only_plans
        divider.begin, divider.opening, divider.item, divider.planning = 0, Opening.START, 0, False

    def _source(self, clean_offset: int) -> int:
        at, _ = self.text.source_span(clean_offset, clean_offset + 1)
        while at < len(self.source) and self.source[at].isspace():
            at += 1
        return at

    def _counts(self, divider: passages._Divider, index: int, at: int, *, begins: bool) -> bool:
        sign = divider.clauses[index - 1].sign
        if not sign or sign not in "。；，":
            return False
        return begins or any(start < at < end for start, end, _ in self.spans)


def matrix(cases: Cases, names: Sequence[str]) -> NDArray[np.float64]:
    """Shape (cases, 10 · evidence + 9): a shared column and one for each sign of each evidence, and the signs."""
    plain = np.array([[row.get(name, 0.0) for name in names] for row in cases.evidence])
    blocks = [plain]
    for column in COLUMNS:
        here = np.array([[float(column == other)] for other in cases.columns])
        blocks += [plain * here, here]
    return np.hstack(blocks)


def fit(values: NDArray[np.float64], begins: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Weights for the unscaled columns, shape (columns,), and the bias."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    found = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-8).fit((values - middle) / spread, begins)
    weights = found.coef_[0] / spread
    weights[values.std(axis=0) == 0] = 0.0
    return weights, float(found.intercept_[0] - weights @ middle)


def rows(names: Sequence[str], weights: NDArray[np.float64], bias: float) -> Iterator[str]:
    size = len(names)
    shared, rest = weights[:size], weights[size:].reshape(len(COLUMNS), size + 1)
    yield "\t".join(["bias", *(f"{bias + rest[i, size]:.3f}" for i in range(len(COLUMNS)))])
    for place, name in enumerate(names):
        yield "\t".join([name, *(f"{shared[place] + rest[i, place]:.3f}" for i in range(len(COLUMNS)))])


def check(cases: Cases, values: NDArray[np.float64]) -> None:
    """What the regression says of each report when it has not seen it."""
    begins, reports = np.array(cases.begins), np.array(cases.reports)
    said = np.zeros(len(begins), dtype=bool)
    for report in sorted(set(cases.reports)):
        own = reports == report
        weights, bias = fit(values[~own], begins[~own])
        said[own] = values[own] @ weights + bias > 0
    for folder in dict.fromkeys(report.split("/")[0] for report in cases.reports):
        own = np.char.startswith(reports, f"{folder}/")
        right = int((said & begins & own).sum())
        sys.stdout.write(
            f"{folder}: {int(own.sum())} clauses, {int((begins & own).sum())} begin a passage, "
            f"{right} found, {int((said & ~begins & own).sum())} false\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args()
    cases = collect(given.folders)
    names = sorted({name for row in cases.evidence for name in row})
    values = matrix(cases, names)
    if given.check:
        check(cases, values)
        return
    weights, bias = fit(values, np.array(cases.begins))
    TABLE.write_text(HEAD + "\n".join(rows(names, weights, bias)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
