"""What of a passage is embedded and what of it is looked up by words."""

from __future__ import annotations

from embed.index.words import words
from embed.models.encoder import Side

__all__ = ["PASSAGE_SIDE", "embedding_text", "lexical_terms"]

PASSAGE_SIDE = Side.QUERY  # the same prompt on both sides serves passages that answer passages best


def embedding_text(text: str, heading: tuple[str, ...]) -> str:  # noqa: ARG001
    """The text that stands for a passage before the encoder; its SHA-256 is the key of the passage's vector."""
    return text


def lexical_terms(text: str, heading: tuple[str, ...]) -> list[str]:  # noqa: ARG001
    """The terms of a passage in the lexical index, repeated as often as they occur."""
    return words(text)
