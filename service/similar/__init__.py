"""Similar passages: the right ones, one place at a time, and whether they were copied."""

from service.similar.answer import (
    AlignedSpan,
    Alignment,
    AlsoIn,
    Citation,
    ClauseMatch,
    Direction,
    Group,
    Hit,
    Kind,
    Operation,
    Part,
    RawScore,
    Shortfall,
    SimilarAnswer,
    Why,
    WordMatch,
)
from service.similar.find import find_similar, find_similar_many
from service.similar.fused import neighbours
from service.similar.query import LONGEST_TEXT, MOST_RESULTS, GroupBy, SimilarQuery

__all__ = [
    "LONGEST_TEXT",
    "MOST_RESULTS",
    "AlignedSpan",
    "Alignment",
    "AlsoIn",
    "Citation",
    "ClauseMatch",
    "Direction",
    "Group",
    "GroupBy",
    "Hit",
    "Kind",
    "Operation",
    "Part",
    "RawScore",
    "Shortfall",
    "SimilarAnswer",
    "SimilarQuery",
    "Why",
    "WordMatch",
    "find_similar",
    "find_similar_many",
    "neighbours",
]
