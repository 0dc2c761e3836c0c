"""Whatever a text holds, metadata comes out, and what it quotes stands where it says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from embed.reading import clean
from embed.structure.frame import find_frame
from embed.structure.metadata import read_metadata
from tests.helpers.documents import source_of

WORDS = (
    "2023年 二〇二三年二月二十八日 (2024年1月) 25.02.2016 临沂市 河东区 东莞市 长安镇 街道办事处 县委、县政府: 关于 "
    "法治政府建设 情况报告 现将 如下: 。 ， 、 《 》 〈 〉 ( ) 〔2023〕21号 青政发 发布时间: 来源: 文号: 附件: 抄送: "
    "一、 （一） 1. 人民政府 教育局 我镇 我局 某县 XX ** 近日, 印发 特此报告。 潭灣鎮 建設(shè) 鴻博體育 "
    "\u200b \u3000 \ue000 🙂 𠀀 | - _ \t \n \n\n \r\n"
)
PIECES = st.sampled_from(WORDS.split(" "))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_every_text_gives_metadata_whose_quotes_stand_in_the_source(text: str) -> None:
    source = source_of(text)
    cleaned = clean(source)
    frame = find_frame(cleaned)
    metadata = read_metadata(source, cleaned, frame)

    assert all(cleaned.text[line.start : line.end] == line.text for line in frame.lines)
    for evidence in metadata.evidence:
        if evidence.start >= 0:
            assert source.text[evidence.start : evidence.end] == evidence.quote
    places = (metadata.region.province, metadata.region.city, metadata.region.county)
    assert metadata.region.code is None or any(places)
    assert read_metadata(source, cleaned, frame) == metadata


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=400))
def test_any_characters_at_all_are_accepted(text: str) -> None:
    source = source_of(text.encode("utf-8", "replace").decode("utf-8"))
    cleaned = clean(source)

    read_metadata(source, cleaned, find_frame(cleaned))
