"""The outline that passages are filtered by is the one that clusters are placed in."""

from __future__ import annotations

from embed.index.outline import ITEMS
from embed.index.topics import read_topics
from embed.structure.report import Role
from service.clusters.outline import outline
from service.clusters.themes import catalogue


def test_the_items_are_those_of_the_clusters_outline_in_its_order() -> None:
    assert tuple(item.code for part in outline() for item in part.items) == ITEMS


def test_a_topic_belongs_to_the_item_of_the_theme_that_it_speaks_for() -> None:
    topics = {topic.chinese: topic.outline for topic in read_topics()}
    checked = 0
    for role in (Role.MEASURE, Role.PROBLEM):
        for theme in catalogue(role).themes:
            for words, item in topics.items():
                if set(words) <= set(theme.terms):
                    assert item == theme.outline, theme.code
                    checked += 1

    assert checked >= len(topics)
