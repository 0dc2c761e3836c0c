"""Sets of characters in whole texts, and what replaces odd ones."""

from __future__ import annotations

import pytest

from embed.reading.character_sets import CharacterSet, code_points
from embed.reading.characters import FEW, ODD, one_to_one
from embed.reading.script import to_simplified


def test_single_characters_and_both_ends_of_a_range_belong_to_a_set() -> None:
    odd = CharacterSet(["x", "\u200b\u200d", "\U000f0000\U0010ffff"])

    assert [odd.meets(text) for text in ("政x府", "\u200b", "\u200c", "\u200d", "\U0010ffff")] == [True] * 5
    assert not any(odd.meets(text) for text in ("", "政府", "\u200a", "\u200e", "w"))
    assert odd.found_in("政x\u200d府\u200cx") == ["x", "\u200c", "\u200d"]


def test_a_set_counts_its_characters_without_those_left_out() -> None:
    letters = CharacterSet(["az"], without="xy")

    assert letters.count(code_points("ax政by z")) == 3


def test_a_lone_surrogate_is_a_character_like_any_other() -> None:
    assert code_points("a\ud800").tolist() == [0x61, 0xD800]


def test_what_an_odd_character_becomes_is_not_odd_itself() -> None:
    assert ODD.keys().isdisjoint(ODD.values())


def test_few_and_many_odd_characters_are_replaced_alike() -> None:
    few = "政\u3000府\u2028法\xa0治⼾"
    many = "".join(list(ODD)[: FEW + 5]) + few

    assert one_to_one(few) == "政 府\n法 治户"
    assert one_to_one(many) == "".join(ODD.get(character, character) for character in many)


@pytest.mark.parametrize(
    ("text", "simplified"),
    [("法治政府", "法治政府"), ("法治政府與群眾", "法治政府与群众"), ("藉此", "借此"), ("沿著", "沿着"), ("", "")],
)
def test_text_is_converted_only_where_a_character_can_change(text: str, simplified: str) -> None:
    assert to_simplified(text) == simplified
