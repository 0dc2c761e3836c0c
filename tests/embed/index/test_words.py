"""Words of a text."""

from __future__ import annotations

from embed.index.words import words, words_with_starts


def test_each_word_stands_where_it_was_found() -> None:
    text = "设立调解室9个,聘请ABC律所;化解纠纷。"

    assert [text[start : start + len(word)].lower() for start, word in words_with_starts(text)] == words(text)
    assert [word for _, word in words_with_starts(text)] == words(text)
