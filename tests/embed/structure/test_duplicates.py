"""The same report twice, and reports that only look alike."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from embed.structure import duplicates
from embed.structure.duplicates import ReportKey, find_repeats, sketch

FIRST = date(2023, 2, 1)


@pytest.fixture(scope="module")
def text() -> str:
    path = next((Path(__file__).parents[3] / "seeds").glob("002_*.txt"))
    return path.read_text(encoding="utf-8")


def key(name: str, text: str, **known: object) -> ReportKey:
    return ReportKey(name, sketch(text), **known)  # type: ignore[arg-type]


def repeats(*reports: tuple[ReportKey, str]) -> dict[str, str]:
    texts = {report.id: text for report, text in reports}
    return find_repeats([report for report, _ in reports], lambda name: texts[name])


def test_a_repost_with_other_punctuation_and_page_text_repeats_the_first_one(text: str) -> None:
    again = text.replace("。", ".\n").replace(",", "，") + "打印 关闭 分享"

    assert repeats((key("b", text, code="510904"), text), (key("a", again, code="510904"), again)) == {"b": "a"}


def test_the_one_published_first_is_the_original_and_undated_ones_come_last(text: str) -> None:
    late, early, undated = key("a", text, published=date(2024, 2, 1)), key("c", text, published=FIRST), key("b", text)

    assert repeats((late, text), (undated, text), (early, text)) == {"a": "c", "b": "c"}


def test_the_order_of_the_reports_changes_nothing(text: str) -> None:
    reports = [(key(name, text, published=FIRST), text) for name in "edcba"]
    random.Random(3).shuffle(reports)

    assert repeats(*reports) == {"b": "a", "c": "a", "d": "a", "e": "a"}


def test_a_copy_by_another_place_is_a_report_of_its_own(text: str) -> None:
    copied = text.replace("安居", "船山")

    assert repeats((key("a", text, code="510904"), text), (key("b", copied, code="510903"), copied)) == {}


def test_last_years_text_used_again_is_a_report_of_its_own(text: str) -> None:
    again = text.replace("2022", "2023")

    assert repeats((key("a", text, year=2022), text), (key("b", again, year=2023), again)) == {}


def test_a_copy_without_a_known_place_is_held_to_a_stricter_measure(text: str) -> None:
    changed = text.replace("安居", "某某").replace("全区", "本区").replace("法治", "法制")

    assert repeats((key("a", text), text), (key("b", changed), changed)) == {}
    assert repeats((key("a", text), text), (key("b", text), text)) == {"b": "a"}


def test_a_shortened_copy_repeats_the_whole_but_an_excerpt_does_not(text: str) -> None:
    most, part = text[: len(text) * 7 // 10], text[: len(text) // 4]
    whole = (key("a", text, code="510904"), text)

    assert repeats(whole, (key("b", most, code="510904"), most)) == {"b": "a"}
    assert repeats(whole, (key("b", part, code="510904"), part)) == {}


def test_of_undated_copies_the_longest_is_the_original(text: str) -> None:
    most = text[: len(text) * 8 // 10]

    assert repeats(
        (key("a", most, code="510904", length=len(most)), most), (key("b", text, code="510904", length=len(text)), text)
    ) == {"a": "b"}


def test_a_document_not_recognised_as_a_report_is_the_copy_even_if_it_came_first(text: str) -> None:
    news = key("a", text, published=FIRST, is_report=False)

    assert repeats((news, text), (key("b", text), text)) == {"a": "b"}


def test_copies_of_one_year_find_each_other_past_one_whose_year_is_unknown(text: str) -> None:
    reports = [key("a", text, year=2022), key("b", text), key("c", text, year=2023), key("d", text, year=2023)]

    assert repeats(*((report, text) for report in reports)) == {"b": "a", "d": "c"}


def test_a_copy_without_a_place_is_found_beside_copies_with_it(text: str) -> None:
    reports = [key("a", text), key("b", text, year=2022, code="510904"), key("c", text, year=2022, code="510904")]

    assert repeats(*((report, text) for report in reports)) == {"b": "a", "c": "a"}


def test_a_repost_is_found_among_many_places_with_the_same_words(text: str) -> None:
    places = [key(f"p{code}", text, year=2022, code=str(code)) for code in range(510001, 510301)]
    again = key("z", text, year=2022, code="510300")
    asked: list[str] = []

    def text_of(name: str) -> str:
        asked.append(name)
        return text

    assert find_repeats([*places, again], text_of) == {"z": "p510300"}
    assert sorted(asked) == ["p510300", "z"]


def test_more_texts_can_be_compared_than_are_held(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST_HELD", 2)
    reports = [key(f"{code}{name}", text, code=str(code)) for code in range(510001, 510006) for name in "ba"]

    assert repeats(*((report, text) for report in reports)) == {f"{c}b": f"{c}a" for c in range(510001, 510006)}


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("buckets", [64, 1 << 15])
def test_the_quick_look_at_two_texts_never_says_fewer_than_they_share(
    text: str, kept: float, buckets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_BUCKETS", buckets)
    chance = random.Random(5)
    other = "".join(chars if chance.random() < kept else "某" for chars in text)
    a, b = duplicates._Shingles(text), duplicates._Shingles(other)

    shared = len(set(a.hashes.tolist()) & set(b.hashes.tolist()))
    assert a.shared(b) == b.shared(a) == shared
    assert a.most_shared(b) >= shared
    assert a.most_shared(b) == b.most_shared(a)


def test_texts_too_short_to_compare_repeat_nothing() -> None:
    assert sketch("法治。") == b""
    assert repeats((key("a", "法治"), "法治"), (key("b", "法治"), "法治")) == {}


def test_a_sketch_is_the_same_bytes_every_time_and_short(text: str) -> None:
    assert sketch(text) == sketch(text)
    assert len(sketch(text)) == 256
    assert sketch("一二三四五六七") == sketch("一，二。三 四五\n六七")
