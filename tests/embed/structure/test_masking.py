from __future__ import annotations

import pytest

from embed.structure.masking import DetailKind, details, mask, without


def kinds(text: str) -> list[tuple[str, str]]:
    return [(str(d.kind), d.text) for d in details(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("开展宣传12场次", [("number", "12")]),
        ("化解率达98.6%", [("number", "98.6%")]),
        ("受众1.2万余人次", [("number", "1.2万余")]),
        ("百分之九十五的案件", [("number", "百分之九十五")]),
        ("调处纠纷三十六件", [("number", "三十六")]),
        ("2023年3月15日起", [("date", "2023年3月15日")]),
        ("二〇二四年印发", [("date", "二〇二四年")]),
        ("９月起", [("date", "９月")]),
    ],
)
def test_numbers_and_dates_are_details(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "落实行政执法三项制度",
        "十四五规划",
        "增强四个意识",
        "设立一站式窗口",
        "拨打12345热线",
        "一窗通办",
        "高效办成一件事",
    ],
)
def test_numerals_of_fixed_terms_stay(text: str) -> None:
    assert details(text) == ()


def test_places_are_details_by_their_full_names() -> None:
    assert kinds("四川省遂宁市安居区大兴街道") == [
        ("place", "四川省"),
        ("place", "遂宁市"),
        ("place", "安居区"),
        ("place", "大兴街道"),
    ]


def test_bare_names_of_provinces_and_prefectures_are_details() -> None:
    assert ("place", "浙江") in kinds("学习浙江经验") or ("place", "浙江") in kinds("浙江的做法")


@pytest.mark.parametrize("text", ["为了长治久安", "街道", "地区"])
def test_ordinary_words_are_no_places(text: str) -> None:
    assert not [d for d in details(text) if d.kind is DetailKind.PLACE]


@pytest.mark.parametrize("text", ["报县委审定", "区政府印发", "镇政府盖章", "市司法局备案", "街道党工委研究"])
def test_organs_of_a_level_are_details(text: str) -> None:
    assert [d.kind for d in details(text)] == [DetailKind.ORGAN]


def test_a_named_lawyer_is_a_detail_and_an_adviser_is_none() -> None:
    assert ("person", "龙思涛") in kinds("邀请法律顾问龙思涛律师授课")
    assert kinds("请顾问律师授课") == []


def test_masked_text_maps_back_to_every_character() -> None:
    text = "2023年，安居区调解纠纷36件。"

    masked = mask(text)

    assert masked.text == "①，③调解纠纷②件。"
    assert masked.origin.tolist()[-1] == len(text)
    for i, symbol in enumerate(masked.text):
        start, end = masked.span(i, i + 1)
        assert text[start:end] == symbol or symbol in "①②③④⑤"
    assert "".join(text[slice(*masked.span(i, i + 1))] for i in range(len(masked.text))) == text


def test_neighbouring_details_of_one_kind_are_one_mark() -> None:
    assert mask("四川省遂宁市").text == "③"


def test_text_without_details_is_itself() -> None:
    masked = mask("人民调解")

    assert masked.text == "人民调解"
    assert masked.origin.tolist() == [0, 1, 2, 3, 4]
    assert masked.details == ()


def test_an_empty_text_is_masked_to_nothing() -> None:
    assert mask("").text == ""
    assert mask("").origin.tolist() == [0]


def test_details_are_left_out_by_kind() -> None:
    text = "2023年安居区调解36件"

    assert without(text, frozenset({DetailKind.NUMBER})) == "2023年安居区调解件"
    assert without(text, frozenset(DetailKind)) == "调解件"


@pytest.mark.parametrize("text", ["1" * 200_000, "镇" * 100_000, "一二三" * 60_000, "李" * 100_000, "2023年" * 30_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    masked = mask(text)

    assert len(masked.origin) == len(masked.text) + 1 <= len(text) + 1
