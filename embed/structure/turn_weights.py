"""How much each sign of a turn counts: fitted to annotated reports by `scripts/fit_turns.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

__all__ = ["COLUMNS", "TurnWeights", "read_turn_weights"]

# Behind each sign among measures, among plans, and among problems.
COLUMNS = ("。", "；", "，", "。plan", "；plan", "，plan", "。problem", "；problem", "，problem")


@dataclass(frozen=True, slots=True)
class TurnWeights:
    """A logistic regression for each sign that a new passage can begin behind, one among measures, one among
    plans and one among problems.

    `weights[column]`, of `COLUMNS`, maps evidence to log-odds; the key `bias` is added once.
    """

    weights: Mapping[str, Mapping[str, float]]

    def log_odds(self, column: str, evidence: Mapping[str, float]) -> float:
        """The log-odds that a passage begins here, as far as the evidence given goes."""
        table = self.weights[column]
        total = table["bias"]
        for name, value in evidence.items():
            if value:
                total += table.get(name, 0.0) * value
        return total


@lru_cache(maxsize=1)
def read_turn_weights() -> TurnWeights:
    """The bundled table, `data/turns.tsv`: evidence, then its weight in each of `COLUMNS`."""
    text = resources.files("embed.structure").joinpath("data/turns.tsv").read_text(encoding="utf-8")
    weights: dict[str, dict[str, float]] = {sign: {} for sign in COLUMNS}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, *values = line.split("\t")
            for sign, value in zip(COLUMNS, values, strict=True):
                weights[sign][name] = float(value)
    return TurnWeights(weights)
