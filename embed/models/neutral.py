"""Neutral texts by template: what the int8 engine is calibrated on, and what mean vectors are taken over."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from embed.models.encoder import Side

__all__ = ["calibration_texts", "neutral_passages", "neutral_queries"]

LONGEST = 1200  # characters; more than any model of 512 tokens takes at once


def neutral_queries(language: str) -> list[str]:
    """Every topic in every form of question, for `zh` or `en`."""
    table = _tables()[language]
    return [form.format(topic) for form in table["queries"] for topic in table["topics"]]


def neutral_passages(language: str) -> list[str]:
    """Every topic in every form of passage, for `zh` or `en`, with running numbers."""
    table = _tables()[language]
    return [
        form.format(topic, n=3 + (7 * i + j) % 40, m=20 + (31 * i + 3 * j) % 700)
        for j, form in enumerate(table["passages"])
        for i, topic in enumerate(table["topics"])
    ]


def calibration_texts() -> list[tuple[Side, str]]:
    """About 170 texts of every length up to the model's limit, in both languages and with both prompts."""
    chinese, english = neutral_passages("zh"), neutral_passages("en")
    short = [(Side.PASSAGE, text) for text in chinese[::5] + english[::6]]
    short += [(Side.QUERY, text) for text in neutral_queries("zh")[::13] + neutral_queries("en")[::19]]
    long = ["".join(chinese[start::37])[: 90 * (start + 2)] for start in range(12)]
    return short + [(Side.PASSAGE, text[:LONGEST]) for text in long]


def _tables() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).with_name("data") / "neutral.toml").read_text(encoding="utf-8"))
