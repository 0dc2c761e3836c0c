"""Wordings: what the patterns can begin with."""

from __future__ import annotations

import re

import pytest
import regex

from embed.structure import wording

CHARACTERS = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        pytest.param(wording.ITEM, wording.ITEM_SIGNS, id="items"),
        pytest.param(wording.PLAN, wording.PLAN_SIGNS, id="plans"),
        pytest.param(wording.WILL, wording.PLAN_SIGNS, id="work to come"),
        pytest.param(wording.SUMMARY, wording.SUMMARY_SIGNS, id="summaries"),
        pytest.param(wording.SHORTCOMING, wording.SHORTCOMING_SIGNS, id="shortcomings"),
        pytest.param(wording.YET, wording.YET_SIGNS, id="what takes back"),
    ],
)
def test_whatever_a_pattern_matches_begins_with_one_of_its_signs(
    pattern: re.Pattern[str], signs: frozenset[str]
) -> None:
    partial = regex.compile(pattern.pattern)
    begins = {character for character in CHARACTERS if partial.match(character, partial=True)}

    assert begins
    assert begins <= signs
