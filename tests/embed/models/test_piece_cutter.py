from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.models.piece_cutter import PieceCutter, Script, script_of

PIECES = [
    "依",
    "法",
    "行",
    "政",
    "依法",
    "行政",
    "法行",
    "依法行政",
    "▁a",
    "▁ab",
    "a",
    "b",
    "abc",
    "c",
    "1",
    "12",
    "甲乙丙丁戊",
]
SCORES = [-3.0, -3.5, -3.25, -3.0, -4.0, -4.5, -9.0, -8.75, -2.0, -3.0, -2.5, -2.5, -4.0, -2.75, -1.0, -1.5, -6.0]


def cutter() -> PieceCutter:
    return PieceCutter(PIECES, np.array(SCORES, np.float32))


def cut(*texts: str) -> list[list[str]]:
    return [[PIECES[i] for i in ids] for ids in cutter().cut(texts)]


def by_hand(word: str) -> float:
    """The best sum of scores of one word, tried in every way; an unknown character costs ten more than the worst."""
    scores = dict(zip(PIECES, SCORES, strict=True))
    best = [0.0]
    for end in range(1, len(word) + 1):
        ways = [best[start] + scores[word[start:end]] for start in range(end) if word[start:end] in scores]
        best.append(max(ways) if word[end - 1] in scores else max([*ways, best[end - 1] + min(SCORES) - 10]))
    return best[-1]


def test_the_best_cut_wins_over_the_longest_first() -> None:
    assert cut("依法行政", "依法行") == [["依法", "行政"], ["依法", "行"]]


def test_a_latin_word_begins_with_its_mark_and_goes_on_without() -> None:
    assert cut("ab", "aab", "ab ab", "依a") == [["▁ab"], ["▁a", "a", "b"], ["▁ab", "▁ab"], ["依", "▁a"]]


def test_whatever_is_no_known_piece_is_left_out() -> None:
    assert cut("", "，。 \n😀é", "依丂法", "乙") == [[], [], ["依", "法"], []]


def test_a_piece_never_crosses_what_stands_between_words() -> None:
    assert cut("依，法", "1 2", "依1法") == [["依", "法"], ["1"], ["依", "1", "法"]]


def test_full_width_letters_and_digits_are_read_as_plain_ones() -> None:
    assert cut("ａｂ１２") == [["▁ab", "12"]]


def test_a_piece_longer_than_all_others_is_found_at_the_end_of_a_word() -> None:
    assert cut("法甲乙丙丁戊", "甲乙丙丁") == [["法", "甲乙丙丁戊"], []]


def test_texts_keep_to_themselves_whatever_their_number_and_length() -> None:
    texts = ["依法行政" * n + "，" + "ab" * (n % 3) for n in range(60)] + ["", "政"]
    together = cutter().cut(texts)

    assert [ids.tolist() for ids in together] == [cutter().cut([text])[0].tolist() for text in texts]
    assert [len(ids) for ids in together][:3] == [0, 3, 7]


def test_lone_surrogates_are_text_like_any_other() -> None:
    assert cut("依\ud800法") == [["依", "法"]]


def test_no_texts_have_no_pieces() -> None:
    assert cutter().cut([]) == []


@given(st.text(alphabet="依法行政甲乙丙丁戊", min_size=1, max_size=40))
def test_no_other_cut_has_a_higher_sum(word: str) -> None:
    ids = cutter().cut([word])[0]
    unknown = len(word) - sum(len(PIECES[i]) for i in ids)

    total = sum(SCORES[i] for i in ids) + unknown * (min(SCORES) - 10)

    assert total == pytest.approx(by_hand(word))


@pytest.mark.parametrize(
    ("text", "script"),
    [("依法", Script.CHINESE), ("Ab", Script.LATIN), ("12", Script.DIGIT), ("依1", Script.OTHER), ("", Script.OTHER)],
)
def test_a_script_is_what_all_characters_share(text: str, script: Script) -> None:
    assert script_of(text) is script
