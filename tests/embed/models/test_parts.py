from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from embed.models.parts import split_text


def characters(texts: Sequence[str]) -> list[int]:
    """One token a character, two more for each text."""
    return [len(text) + 2 for text in texts]


@given(st.text(alphabet="法治，。\n ab！?", max_size=200), st.integers(min_value=3, max_value=40))
def test_parts_joined_are_the_text_and_none_is_too_long(text: str, limit: int) -> None:
    parts = split_text(text, limit, characters)

    assert "".join(parts) == text
    assert all(len(part) + 2 <= limit for part in parts)


def test_a_short_text_is_one_part() -> None:
    assert split_text("依法行政。", 7, characters) == ["依法行政。"]


def test_an_empty_text_is_one_part() -> None:
    assert split_text("", 3, characters) == [""]


def test_sentences_stay_whole_and_fill_a_part() -> None:
    assert split_text("甲乙。丙丁。戊己。", 8, characters) == ["甲乙。丙丁。", "戊己。"]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert split_text("他说：“好。”然后走了。", 9, characters) == ["他说：“好。”", "然后走了。"]


def test_a_sentence_that_is_too_long_is_cut_at_a_comma() -> None:
    assert split_text("甲乙丙，丁戊己，庚。", 7, characters) == ["甲乙丙，", "丁戊己，", "庚。"]


def test_a_run_without_any_mark_is_cut_anywhere() -> None:
    assert split_text("甲乙丙丁戊己", 5, characters) == ["甲乙丙", "丁戊己"]
