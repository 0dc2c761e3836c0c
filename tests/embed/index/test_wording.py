from __future__ import annotations

import pytest

from embed.index.topics import TOPIC_MARK, english_topics, read_topics, topic_terms, topic_words
from embed.index.wording import embedding_text, lexical_terms
from embed.index.words import words


def test_words_leave_out_numbers_punctuation_and_empty_words() -> None:
    assert words("全面推进人民调解工作，化解纠纷36件。") == ["人民调解", "化解", "纠纷"]


def test_latin_words_come_in_lower_case() -> None:
    assert words("使用APP办理") == ["使用", "app", "办理"]


def test_what_is_embedded_leaves_local_detail_out() -> None:
    assert embedding_text("2023年，安居区调解纠纷36件。", ()) == "，调解纠纷件。"


@pytest.mark.parametrize("text", ["2023年", "100%", "四川省"])
def test_a_text_of_local_detail_alone_stands_for_itself(text: str) -> None:
    assert embedding_text(text, ()) == text


def test_terms_are_words_then_topics() -> None:
    terms = lexical_terms("安居区开展人民调解", ())

    assert "安居区" not in terms
    assert terms[:3] == ["人民调解", "人民", "调解"]
    assert TOPIC_MARK + "mediation" in terms


def test_headings_add_their_topics_once() -> None:
    plain = lexical_terms("全年办结三十件", ())

    assert lexical_terms("全年办结三十件", ("社会治理", "人民调解、矛盾化解")) == [*plain, "@mediation", "@security"]


def test_different_words_for_one_thing_share_a_topic() -> None:
    assert set(topic_terms("设立评理堂，劝和邻里")) & set(topic_terms("调委会化解纠纷")) == {TOPIC_MARK + "mediation"}


def test_the_longest_word_counts_at_each_place() -> None:
    assert topic_words("法律明白人")[0][0] == "法律明白人"


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How do leaders receive petitioners?", "petition"),
        ("xinfang", "petition"),
        ("shufa", "shufa"),
        ("ping'an construction", "security"),
        ("falü mingbairen", "law_literate"),
        ("people's mediation", "mediation"),
        ("lack of legal professionals", "few_lawyers"),
    ],
)
def test_english_words_and_pinyin_find_their_topic(question: str, topic: str) -> None:
    assert topic in {t for _, ids in english_topics(question) for t in ids}


def test_an_english_word_inside_another_is_no_match() -> None:
    assert english_topics("auditorium gridlock") == []


def test_the_table_of_topics_is_sound() -> None:
    topics = read_topics()

    assert len({t.id for t in topics}) == len(topics) > 60
    for topic in topics:
        assert all(len(word) >= 2 for word in topic.chinese), topic.id
        assert len(set(topic.chinese)) == len(topic.chinese), topic.id
        assert topic.english, topic.id


def test_a_topic_mark_begins_no_word_of_a_text() -> None:
    assert [w for w in words("邮箱是abc@example.com，@所有人") if w.startswith(TOPIC_MARK)] == []
