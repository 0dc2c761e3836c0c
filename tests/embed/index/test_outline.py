"""Which item of the official outline a passage is about, and old generations that do not say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import QueryError
from embed.index import Filter, Generation
from embed.index.manifest import Manifest
from embed.index.outline import ITEMS, outline_item
from embed.index.topics import read_topics
from embed.index.wording import lexical_terms
from embed.structure.report import Role
from tests.helpers.stores import make_report, make_store


def item_of(text: str, role: Role, heading: tuple[str, ...] = ()) -> str:
    place = outline_item(lexical_terms(text, heading), role)
    return ITEMS[place] if place >= 0 else ""


@pytest.mark.parametrize(
    ("text", "role", "item"),
    [
        ("在各乡镇设立人民调解委员会，化解矛盾纠纷三百余件。", Role.MEASURE, "20"),
        ("严格落实重大行政决策程序，专家论证和风险评估一个不少。", Role.MEASURE, "11"),
        ("行政复议案件办结率百分之百，负责人出庭应诉。", Role.MEASURE, "22"),
        ("普法宣传形式单一，内容不够生动。", Role.PROBLEM, "S1"),
        ("今天天气很好。", Role.BACKGROUND, ""),
        ("", Role.MEASURE, ""),
    ],
)
def test_a_passage_is_about_the_item_that_its_topics_speak_for(text: str, role: Role, item: str) -> None:
    assert item_of(text, role) == item


def test_the_heading_above_counts() -> None:
    assert item_of("全年办结三百件。", Role.MEASURE, ("人民调解", "矛盾纠纷化解")) == "20"


def test_a_problem_is_judged_by_the_topics_of_problems() -> None:
    text = "行政复议、人民调解工作人员不足，编制少。"

    assert item_of(text, Role.PROBLEM) == "13"


def test_every_topic_belongs_to_an_item() -> None:
    assert {topic.outline for topic in read_topics()} <= set(ITEMS)


def test_a_generation_without_the_column_is_searched_and_says_what_to_do(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", [make_report("a.txt", [(Role.MEASURE, "人民调解三十件。")])])
    folder = store.current().folder
    manifest = Manifest.read(folder)
    (folder / "passage.outline.npy").unlink()
    del manifest.files["passage.outline.npy"]
    manifest.write(folder)
    old = Generation(folder)

    assert len(old.rows(Filter())) == 1
    with pytest.raises(QueryError, match="before passages were placed"):
        old.rows(Filter(outline=("20",)))
