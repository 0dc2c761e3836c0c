"""What is asked: a text, a passage of the store or a vector, and what the answer may hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Role

if TYPE_CHECKING:
    from embed.index.filter import Filter

__all__ = ["LONGEST_TEXT", "MOST_RESULTS", "GroupBy", "SimilarQuery"]

MOST_RESULTS = 1000
LONGEST_TEXT = 200_000  # characters; about forty county reports' worth of one passage each


class GroupBy(StrEnum):
    """What the results are sorted into; the best hits of every group come back."""

    NONE = "none"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    REPORT = "report"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarQuery:
    """One question. Exactly one of `text`, `passage` and `vector` is given.

    text: simplified or traditional Chinese, or English, of any length up to LONGEST_TEXT. What stands in double
        quotation marks (“解纷超市” or "…" ) must occur in every hit.
    passage: the id of a passage of the store.
    vector: shape (d,), float32, of the store's own model, not centred; there is no lexical side then.
    k: how many hits, or how many groups with `group_by`; 1 … MOST_RESULTS.
    where: which passages may be found at all; None keeps everything that is searchable.
    per_group: how many hits of each group, best first; has no effect without `group_by`.
    exclude_same_report: leave out the report that `passage` stands in.
    exclude_own_region: leave out every report of the place that `passage` comes from (its county where there is
        one, else its city, else its province), its departments and its towns included.
    exclude_subordinates: leave out reports of places below the asking passage's.
    same_level_only: only reports of the asking passage's level.
    diversity: 0 … 1; higher values put off hits that say the same as a better one (0: by similarity alone).
    collapse_copies: one hit stands for its near copies in other reports, which are listed under `also_in`.
    roles: these roles come first among equals; None takes them from the question (a question about shortcomings
        prefers problems, one about practice prefers measures); an empty tuple prefers none.
    cursor: continue the list of an earlier answer; it is tied to that answer's generation.
    explain: also align the best hits and say which words and clauses carried them.
    """

    text: str | None = None
    passage: str | None = None
    vector: NDArray[np.float32] | None = None
    k: int = 10
    where: Filter | None = None
    group_by: GroupBy = GroupBy.NONE
    per_group: int = 1
    exclude_same_report: bool = False
    exclude_own_region: bool = False
    exclude_subordinates: bool = False
    same_level_only: bool = False
    diversity: float = 0.0
    collapse_copies: bool = True
    roles: tuple[Role, ...] | None = None
    cursor: str | None = None
    explain: bool = True
