"""How much each sign of a turn counts: fitted to annotated reports by `scripts/fit_turns.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

__all__ = ["COLUMNS", "TurnWeights", "parse_turn_weights", "read_turn_weights"]

# Behind each sign among measures, then among plans.
COLUMNS = ("。", "；", "，", "。plan", "；plan", "，plan")


@dataclass(frozen=True, slots=True)
class TurnWeights:
    """A logistic regression for each sign that a new passage can begin behind, one among measures and one
    among plans.

    `weights[column]`, of `COLUMNS`, maps evidence to log-odds; the key `bias` is added once.
    """

    weights: Mapping[str, Mapping[str, float]]


def parse_turn_weights(text: str) -> TurnWeights:
    """A table of weights: lines of evidence and, parted by tabs, its weight in each of `COLUMNS`."""
    weights: dict[str, dict[str, float]] = {column: {} for column in COLUMNS}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, *values = line.split("\t")
            for column, value in zip(COLUMNS, values, strict=True):
                weights[column][name] = float(value)
    return TurnWeights(weights)


@lru_cache(maxsize=1)
def read_turn_weights() -> TurnWeights:
    """The bundled table, `data/turns.tsv`."""
    table = resources.files("embed.structure").joinpath("data/turns.tsv")
    return parse_turn_weights(table.read_text(encoding="utf-8"))
