"""Every clean character knows where it stood, and everything else is accounted for, whatever the text."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embed.reading import clean, to_simplified
from embed.reading.characters import LOOKALIKES, SPACES
from embed.reading.document import CleanText, RemovalReason, SourceDocument
from embed.reading.script import TAIWAN_TERMS
from tests.embed.reading.helpers import source

PIECES = st.sampled_from(
    """2023年，我镇推进法治政府建设~一、主要做法~（一）加强学习
    ~發布時間:2025-04-11 11:55 信息來源:辰溪縣~堅持乾縣縣委領導
    ~- 1 -~\n~\n\n~\r\n~\f~　　~ ~\u200b~\ue5e5~\ufeff~建設(shè)情況的報(bào)告
    ~彩票网_万博体育¥官网~新时代鑫丰体育_竞彩网官网特色社会主义
    ~?ㄒ唬┩七M~??~，，~。~；，~首页 > 政务公开 > 报告~附件：台账.docx~上一篇：公告~·¨ÖÎÕþ¸®½¨Éè~娉曟不鏀垮簻寤鸿
    ~過去一年坚持把依法履职作为城市管理的生命线按照丰满区要点\n~透過網路學習程式~|~大~《~”""".replace(
        "\n    ~", "~"
    ).split("~")
)
TAIWAN = {pair for before, after in TAIWAN_TERMS.items() for pair in zip(before, after, strict=True)}
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))


def check(document: SourceDocument, result: CleanText) -> None:
    text, origin, original = result.text, result.origin, document.text
    assert origin.shape == (len(text) + 1,)
    assert origin.dtype == np.int32
    assert bool(np.all(np.diff(origin) >= 0))
    assert not text or (origin[0] >= 0 and origin[-1] <= len(original))
    covered = np.zeros(len(original) + 1, dtype=bool)
    covered[origin[:-1]] = True
    for removal in result.removals:
        assert original[removal.start : removal.end] == removal.text
        assert removal.text
        covered[removal.start : removal.end] = True
    for i, character in enumerate(original):
        assert covered[i] or character.isspace() or character in "\x1c\x1d\x1e\x1f", (i, character)
    assert [(r.start, r.end) for r in result.removals] == sorted((r.start, r.end) for r in result.removals)
    assert "\n\n" not in text
    assert text == "\n".join(line.strip() for line in text.split("\n"))
    check_characters(document, result)


def check_characters(document: SourceDocument, result: CleanText) -> None:
    """A kept character is its source character, its simplified form, a plain space, or stands for a removed run."""
    replaced = np.zeros(len(document.text) + 1, dtype=bool)
    for removal in result.removals:
        if removal.replacement or removal.reason is RemovalReason.LINE_BREAK:
            replaced[removal.start : removal.end] = True
    for character, place in zip(result.text, result.origin[:-1].tolist(), strict=True):
        before = document.text[place]
        if replaced[place] or character == before or character == "\n":
            continue
        if character == " ":
            assert before in SPACES, (before, character)
            continue
        before = LOOKALIKES.get(before, before)
        simple = character == before or to_simplified(before) == character
        assert simple or (before, character) in TAIWAN or result.traditional, (before, character)


@settings(deadline=None)
@given(TEXTS)
def test_origins_never_decrease_and_all_of_the_source_is_accounted_for(text: str) -> None:
    document = source(text)

    check(document, clean(document))


@settings(deadline=None)
@given(TEXTS)
def test_cleaning_the_same_text_twice_gives_the_same_bytes(text: str) -> None:
    first, second = clean(source(text)), clean(source(text))

    assert first.text == second.text
    assert first.origin.tobytes() == second.origin.tobytes()
    assert first.removals == second.removals


@settings(deadline=None)
@given(st.text(max_size=100))
def test_simplifying_keeps_every_place(text: str) -> None:
    assert len(to_simplified(text)) == len(text)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12), st.data())
def test_spans_outside_the_article_go_whole(pieces: list[str], data: st.DataObject) -> None:
    text = "\n".join(pieces)
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    plain = source(text)
    document = SourceDocument(plain.name, plain.sha256, plain.kind, text, "utf-8", outside=((start, end),))

    result = clean(document)

    check(document, result)
    inside = [int(place) for place in result.origin[:-1] if start <= place < end]
    assert all(text[place].isspace() for place in inside)
