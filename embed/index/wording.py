"""What of a passage is embedded and what of it is looked up by words."""

from __future__ import annotations

from functools import lru_cache

from embed.index.topics import topic_terms
from embed.index.words import with_parts, words
from embed.models.encoder import Side
from embed.structure.masking import DetailKind, without

__all__ = ["PASSAGE_SIDE", "embedding_text", "lexical_terms"]

PASSAGE_SIDE = Side.QUERY  # the same prompt on both sides serves passages that answer passages best
LOCAL = frozenset(DetailKind)


def embedding_text(text: str, heading: tuple[str, ...]) -> str:
    """The text that stands for a passage before the encoder; its SHA-256 is the key of the passage's vector.

    Names of places, organs and persons, dates and numbers are left out: they must not drive similarity. A text of
    nothing else stands for itself.
    """
    kept = _without_detail(text)
    return kept if any("\u3400" <= char <= "\u9fff" or char.isalpha() for char in kept) else text


def lexical_terms(text: str, heading: tuple[str, ...]) -> list[str]:
    """The terms of a passage in the lexical index, repeated as often as they occur: its words with their parts, then
    its topics.

    A topic's term begins with TOPIC_MARK. The topics of the headings above count once each, beside the text's own.
    """
    above = sorted({term for part in heading for term in topic_terms(part)})
    return with_parts(words(_without_detail(text))) + topic_terms(text) + above


@lru_cache(maxsize=1024)
def _without_detail(text: str) -> str:
    """Asked for several times while one report is prepared."""
    return without(text, LOCAL)
