"""Words with a meaning, found in one pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.reading.word_finder import Hit, Lexicon


def test_the_longest_word_wins_and_words_do_not_overlap() -> None:
    lexicon = Lexicon({"行政": 1, "行政复议": 2, "复议": 3})

    assert lexicon.find("行政复议与行政") == [Hit(0, 4, 2), Hit(5, 7, 1)]


def test_a_word_that_only_begins_in_the_text_is_not_found() -> None:
    assert Lexicon({"行政复议": 1}).find("行政复") == []


@pytest.mark.parametrize("text", ["", "法", "\ud800法", "🙂法治🙂"])
def test_texts_without_a_word_have_no_hits(text: str) -> None:
    assert Lexicon({"行政": 1}).find(text) == []


def test_a_word_of_one_character_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two characters"):
        Lexicon({"法": 1})


@given(st.text(alphabet="甲乙丙丁", max_size=40))
def test_every_hit_is_a_word_and_every_word_alone_is_hit(text: str) -> None:
    words = {"甲乙": 1, "乙丙丁": 2, "丁丁": 3}
    hits = Lexicon(words).find(text)

    assert all(words[text[hit.start : hit.end]] == hit.value for hit in hits)
    assert [hit.start for hit in hits] == sorted({hit.start for hit in hits})
    assert bool(hits) == any(word in text for word in words)


@pytest.mark.parametrize(("text", "said"), [("我镇行政复议", True), ("行政复", False), ("复议", True), ("议", False)])
def test_whether_any_word_is_in_a_text(text: str, said: bool) -> None:
    assert Lexicon({"行政复议": None, "复议": None}).is_in(text) is said


@given(st.text(alphabet="甲乙丙丁🙂", max_size=40))
def test_a_word_begins_only_at_one_of_the_places_that_are_told(text: str) -> None:
    words = ["甲乙", "乙丙丁", "丁丁丙甲", "🙂甲"]
    starts = {at for at in range(len(text)) for word in words if text.startswith(word, at)}

    assert starts <= set(Lexicon(dict.fromkeys(words)).places(text))
