from __future__ import annotations

import pytest

from service.similar.alignment import EDITED as EDITED_FROM
from service.similar.alignment import VERBATIM as VERBATIM_FROM
from service.similar.alignment import align, kind_of, outline, shared_wording
from service.similar.answer import Kind, Operation
from tests.service.similar.conftest import EDITED, ORIGINAL, VERBATIM


def test_only_names_and_numbers_changed_is_verbatim() -> None:
    assert align(ORIGINAL, VERBATIM).kind is Kind.VERBATIM


def test_a_fifth_of_the_characters_reworded_is_edited() -> None:
    assert align(ORIGINAL, EDITED).kind is Kind.EDITED


def test_own_words_for_the_same_thing_are_similar() -> None:
    assert (
        align(ORIGINAL, "组织人民调解员走村入户，把矛盾化解在萌芽状态，群众足不出户就能解决烦心事。").kind
        is Kind.SIMILAR
    )


@pytest.mark.parametrize(
    ("shared", "kind"),
    [
        (1.0, "verbatim"),
        (VERBATIM_FROM, "verbatim"),
        (0.9299, "edited"),
        (EDITED_FROM, "edited"),
        (0.5999, "similar"),
        (0.0, "similar"),
    ],
)
def test_the_kind_follows_the_wording_shared(shared: float, kind: str) -> None:
    assert kind_of(shared) == kind


@pytest.mark.parametrize("hit", [VERBATIM, EDITED, "完全不同的一句话。", "", ORIGINAL])
def test_the_spans_cover_both_texts_from_end_to_end(hit: str) -> None:
    spans = align(ORIGINAL, hit).spans

    assert "".join(span.query_text for span in spans) == ORIGINAL
    assert "".join(span.hit_text for span in spans) == hit
    for span in spans:
        assert ORIGINAL[span.query_start : span.query_end] == span.query_text
        assert hit[span.hit_start : span.hit_end] == span.hit_text


def test_what_was_replaced_by_what_comes_back() -> None:
    local = [(s.query_text, s.hit_text) for s in align(ORIGINAL, VERBATIM).spans if s.operation is Operation.LOCAL]

    assert local == [("安居区", "禄丰市"), ("36", "52"), ("1286", "943"), ("98.2%。", "97.5%。")]


def test_a_reworded_run_is_a_replacement() -> None:
    replaced = [(s.query_text, s.hit_text) for s in align(ORIGINAL, EDITED).spans if s.operation is Operation.REPLACE]

    assert ("聘", "请") in replaced


def test_shares_are_of_the_characters_without_punctuation() -> None:
    alignment = align(ORIGINAL, ORIGINAL)

    assert (alignment.query_share, alignment.hit_share, alignment.kind) == (1.0, 1.0, Kind.VERBATIM)
    assert alignment.longest == len(outline(ORIGINAL).symbols)


def test_a_copy_inside_a_much_longer_text_is_found() -> None:
    long = ORIGINAL + "此外，" + "组织开展多种形式的主题活动，群众反响热烈，取得了较好的社会效果。" * 3

    assert kind_of(shared_wording(outline(ORIGINAL), outline(long))) is not Kind.SIMILAR


def test_stock_formulae_alone_are_no_copy() -> None:
    a = "以习近平新时代中国特色社会主义思想为指导，深入学习贯彻习近平法治思想，全面贯彻党的二十大精神。"

    assert shared_wording(outline(a), outline(a)) == 0.0


def test_hand_over_phrases_are_no_copy() -> None:
    a, b = "现将安居区2023年度法治政府建设情况报告如下：", "现将禄丰市2024年度法治政府建设情况报告如下："

    assert align(a, b).kind is Kind.SIMILAR


def test_short_headings_are_no_copy() -> None:
    assert align("加强人民调解工作", "加强人民调解工作").kind is Kind.SIMILAR


@pytest.mark.parametrize(("a", "b"), [("", ""), ("", ORIGINAL), ("，。；", "！？"), ("1", "2")])
def test_texts_without_wording_align_to_nothing(a: str, b: str) -> None:
    alignment = align(a, b)

    assert alignment.kind is Kind.SIMILAR
    assert "".join(s.query_text for s in alignment.spans) == (a if alignment.spans else "")


def test_wording_shared_does_not_depend_on_the_order() -> None:
    assert shared_wording(outline(ORIGINAL), outline(EDITED)) == shared_wording(outline(EDITED), outline(ORIGINAL))


def test_between_merely_similar_texts_only_runs_of_four_characters_are_common() -> None:
    other = "组织人民调解员走村入户，调解邻里、土地纠纷，群众足不出户就能解决烦心事。"
    found = align(ORIGINAL, other)

    assert found.kind is Kind.SIMILAR
    assert [span.query_text for span in found.spans if span.operation is Operation.EQUAL] == ["邻里、土地、"]
    assert found.longest == 4
