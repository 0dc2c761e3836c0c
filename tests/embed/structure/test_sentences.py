"""Clauses: where a text can be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.structure.sentences import find_clauses


def cut(text: str) -> list[str]:
    return [text[clause.start : clause.end] for clause in find_clauses(text, 0, len(text))]


def test_every_sign_closes_a_clause_and_is_part_of_it() -> None:
    text = "甲,乙；丙。丁：戊！己"
    clauses = find_clauses(text, 0, len(text))

    assert [(text[c.start : c.end], c.sign) for c in clauses] == [
        ("甲,", "，"),
        ("乙；", "；"),
        ("丙。", "。"),
        ("丁：", "："),
        ("戊！", "。"),
        ("己", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("坚持“一案一策,一人一档”工作法", id="quotes"),
        pytest.param("印发《办法(试行),清单》等", id="book title"),
        pytest.param("村(社区,含居委会)全覆盖", id="brackets"),
        pytest.param("发放资料10,000份", id="comma in a number"),
        pytest.param("上午9:30开庭", id="clock"),
    ],
)
def test_nothing_is_cut_inside_brackets_quotes_and_numbers(text: str) -> None:
    assert cut(text) == [text]


def test_a_closing_quote_stays_with_the_sentence_that_it_ends() -> None:
    assert cut("群众说:“好。”镇里记下。") == ["群众说:", "“好。”", "镇里记下。"]


def test_a_bracket_that_is_never_closed_does_not_swallow_the_rest() -> None:
    text = "(甲" + "乙" * 200 + ",丙。丁"

    assert cut(text) == ["(甲" + "乙" * 200 + ",", "丙。", "丁"]


@given(st.text(alphabet="甲1，,。；“”《》()（）：", max_size=60))
def test_the_clauses_cover_the_text_without_gaps(text: str) -> None:
    assert "".join(cut(text)) == text
