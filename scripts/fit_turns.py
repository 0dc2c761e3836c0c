"""Fit `embed/structure/data/turns.tsv`: how much each sign of a turn counts behind 。 ； and ，.

    python scripts/fit_turns.py                          with every annotated report
    python scripts/fit_turns.py --without real           with the reports of all other folders
    python scripts/fit_turns.py --check                  score each folder with weights that never saw it, write nothing

Every clause of the annotated measures and plans is a case: a passage begins there or not. The regression has a weight
for each evidence and one for each evidence behind each sign; both are held small, so that few reports are enough.
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
from embed.structure import passages, turn_weights, turns, understand, wording  # noqa: E402
from embed.structure.report import Role  # noqa: E402
from embed.structure.turn_weights import COLUMNS  # noqa: E402
from embed.structure.units import Opening, Unit  # noqa: E402

TABLE = ROOT / "embed" / "structure" / "data" / "turns.tsv"
HEAD = """\
# How much each sign of a turn counts towards a new passage behind 。 ； and ， among measures, then
# among plans, as log-odds; `bias` is added once.
# Made by scripts/fit_turns.py from the annotated reports; not to be edited by hand.
"""
GOLD = ROOT / "tests" / "gold"
STRENGTH = 0.02  # of the data against the wish for small weights
# How much a case counts: real text double, reports that were cut finer than real ones are half.
COUNTS = {"real": 2.0, "seeds": 2.0, "dense": 0.5, "blind": 0.5}


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
    """Shape (cases, 7 · evidence + 6): a shared column and one for each of `COLUMNS` of each evidence, and those."""
    plain = np.array([[row.get(name, 0.0) for name in names] for row in cases.evidence])
    blocks = [plain]
    for column in COLUMNS:
        here = np.array([[float(column == other)] for other in cases.columns])
        blocks += [plain * here, here]
    return np.hstack(blocks)


def fit(
    values: NDArray[np.float64], begins: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights for the unscaled columns, shape (columns,), and the bias; `counts` is how much each case counts."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-8)
    found = model.fit((values - middle) / spread, begins, sample_weight=counts)
    weights = found.coef_[0] / spread
    weights[values.std(axis=0) == 0] = 0.0
    return weights, float(found.intercept_[0] - weights @ middle)


def table_of(names: Sequence[str], weights: NDArray[np.float64], bias: float) -> str:
    """The text of the table."""
    return HEAD + "\n".join(rows(names, weights, bias)) + "\n"


def rows(names: Sequence[str], weights: NDArray[np.float64], bias: float) -> Iterator[str]:
    size = len(names)
    shared, rest = weights[:size], weights[size:].reshape(len(COLUMNS), size + 1)
    yield "\t".join(["bias", *(f"{bias + rest[i, size]:.3f}" for i in range(len(COLUMNS)))])
    for place, name in enumerate(names):
        yield "\t".join([name, *(f"{shared[place] + rest[i, place]:.3f}" for i in range(len(COLUMNS)))])


def segmentation(folder: Path, table: str) -> tuple[int, int, int]:
    """With the weights of a table: how many annotated passages are met, how many there are, how many are made."""
    score, weights = scorer(), turn_weights.parse_turn_weights(table)
    plain = turns.read_turn_weights
    use_weights(lambda: weights)
    try:
        met = annotated = made = 0
        for name, record in score.load_gold(folder).items():
            spans = [p["span"] for p in record["passages"] if p["role"] != "background"]
            for document in read_documents(folder / name):
                passages_made = understand(document, clean(document)).passages
                mine = [(p.start, p.end) for p in passages_made if p.role is not Role.BACKGROUND]
                met += sum(any(score.iou(span, own) >= 0.7 for own in mine) for span in spans)
                annotated, made = annotated + len(spans), made + len(mine)
        return met, annotated, made
    finally:
        use_weights(plain)


def use_weights(read: Callable[[], turn_weights.TurnWeights]) -> None:
    """Let cuts be decided with other weights."""
    turns.read_turn_weights = read  # type: ignore[assignment]
    for kept in (turns._weights_seen, turns._weights_of_paragraph, turns._stakes):
        kept.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--without", action="append", default=[], metavar="FOLDER")
    given = parser.parse_args()
    folders = sorted(path for path in GOLD.iterdir() if path.is_dir() and path.name not in given.without)
    cases = collect(folders)
    names = sorted({name for row in cases.evidence for name in row})
    values, begins = matrix(cases, names), np.array(cases.begins)
    owners = np.array([report.split("/")[0] for report in cases.reports])
    counts = np.array([COUNTS.get(owner, 1.0) for owner in owners])
    if not given.check:
        TABLE.write_text(table_of(names, *fit(values, begins, counts)), encoding="utf-8")
        return
    for folder in folders:
        others = owners != folder.name
        table = table_of(names, *fit(values[others], begins[others], counts[others]))
        met, annotated, made = segmentation(folder, table)
        sys.stdout.write(
            f"{folder.name}: {met} of {annotated} met, {made} made, F1 {2 * met / (annotated + made):.3f}\n"
        )


if __name__ == "__main__":
    main()
