"""The catalogue of themes and the outline."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import numpy as np
import pytest

from embed.index.topics import read_topics
from embed.structure.report import Role
from service.clusters.belief import learn_themes
from service.clusters.outline import OUTSIDE, item_of, outline, place_of, places_of
from service.clusters.themes import Catalogue, Theme, catalogue, trie_pattern

TWO = Catalogue(
    [
        Theme("mediation", "人民调解", "Mediation", "20", ("调解", "人民调解", "纠纷")),
        Theme("review", "行政复议", "Review", "22", ("行政复议", "调解和解", "纠纷")),
    ]
)


@pytest.mark.parametrize("role", [Role.MEASURE, Role.PROBLEM, Role.PLAN, Role.CAUSE])
def test_every_theme_has_a_place_in_the_outline_and_words_of_its_own(role: Role) -> None:
    themes = catalogue(role).themes

    assert len({theme.zh for theme in themes}) == len({theme.code for theme in themes}) == len(themes) > 20
    for theme in themes:
        assert item_of(theme.outline) is not None, theme.code
        assert len(theme.terms) >= 4, theme.code
        assert theme.examples, theme.code
        assert all(len(term) >= 2 for term in theme.terms), theme.code


@pytest.mark.parametrize("section", ["measure", "problem"])
def test_themes_name_topics_that_there_are_and_every_topic_of_their_kind_speaks_for_one(section: str) -> None:
    text = files("service.clusters").joinpath("data/themes.toml").read_text(encoding="utf-8")
    named = [topic for theme in tomllib.loads(text)[section] for topic in theme["topics"]]

    assert sorted(named) == sorted(topic.id for topic in read_topics() if topic.is_problem == (section == "problem"))


def test_a_role_without_themes_has_an_empty_catalogue() -> None:
    assert len(catalogue(Role.BACKGROUND)) == 0
    assert catalogue(Role.BACKGROUND).strengths(["依法行政"]).shape == (1, 0)


def test_the_outline_has_ten_parts_with_35_items_and_a_part_of_our_own() -> None:
    parts = outline()
    official = [item.code for part in parts for item in part.items if item.official]

    assert len(parts) == 11
    assert official == [str(number) for number in range(1, 36)]
    assert parts[-1].code == "S"


def test_the_longest_word_at_a_place_counts() -> None:
    pattern = re.compile(trie_pattern(["执法", "执法监督", "执法监督员", "监督"]))

    assert pattern.findall("执法监督员和执法监，监督") == ["执法监督员", "执法", "监督"]


def test_a_word_of_two_themes_speaks_half_for_each() -> None:
    assert TWO.strengths(["化解纠纷"]).tolist() == [[0.5, 0.5]]


def test_a_word_that_is_repeated_counts_twice_at_most() -> None:
    once, thrice, often = TWO.strengths(["调解", "调解，调解，调解", "调解，" * 50])[:, 0].tolist()

    assert (once, thrice, often) == (1.0, 2.0, 2.0)


def test_a_text_without_any_word_believes_in_nothing() -> None:
    assert TWO.posterior(TWO.strengths(["秋收冬藏"])).tolist() == [[0.0, 0.0]]


def test_belief_grows_with_the_words_and_never_reaches_more_than_one() -> None:
    belief = TWO.posterior(TWO.strengths(["调解", "人民调解化解纠纷", "人民调解，调解，纠纷，" * 9]))

    assert belief[:, 0].tolist() == sorted(belief[:, 0].tolist())
    assert float(belief.sum(axis=1).max()) <= 1.0


def test_a_heading_counts_for_less_than_the_text_below_it() -> None:
    above, inside = TWO.strengths_under(["开展工作", "人民调解"], ["人民调解", ""])[:, 0].tolist()

    assert above == pytest.approx(0.6 * inside)


def test_hostile_text_is_matched_in_linear_time() -> None:
    assert catalogue(Role.MEASURE).strengths(["行政" * 200_000]).shape == (1, len(catalogue(Role.MEASURE)))


def test_a_place_needs_belief_and_adds_up_the_themes_of_an_item() -> None:
    themes = Catalogue([Theme(c, c, c, "13", ("词语",)) for c in "ab"] + [Theme("c", "c", "c", "20", ("词语",))])

    assert place_of(np.array([0.25, 0.25, 0.4], np.float32), themes).code == "13"
    assert place_of(np.array([0.1, 0.1, 0.1], np.float32), themes) == OUTSIDE
    assert places_of(np.array([[0.25, 0.25, 0.4], [0, 0, 0.2]], np.float32), themes) == ["13", ""]


def test_a_passage_in_everyday_words_is_drawn_to_the_theme_of_its_neighbours() -> None:
    dense = np.array([[1, 0], [0.98, 0.2], [0, 1]], np.float32)
    words = np.zeros((3, 4), np.float32)
    strengths = np.array([[5, 0], [0, 0], [0, 5]], np.float32)
    examples = np.zeros((2, 2), np.float32)

    model = learn_themes(TWO, examples, strengths, dense, words)
    belief = model.belief(strengths, dense, words)

    assert belief[1, 0] > 0.5 > belief[1, 1]
