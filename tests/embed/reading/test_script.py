"""Traditional characters become simplified ones, and names of places keep theirs."""

from __future__ import annotations

import pytest

from embed.reading import clean, to_simplified
from tests.embed.reading.helpers import cleaned, source


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("潭灣鎮法治政府建設情況報告", "潭湾镇法治政府建设情况报告"),
        ("關于開展對于采取", "关于开展对于采取"),
        ("關於羣衆對法治建設滿意度高於上年", "关于群众对法治建设满意度高于上年"),
        ("堅持乾縣縣委領導,清理乾淨", "坚持乾县县委领导,清理干净"),
        ("於潛鎮位於臨安區", "於潜镇位于临安区"),
        ("餘杭區、餘干縣、業餘", "余杭区、余干县、业余"),
        ("小龍門鄉、長壽區、濮陽縣、濬縣", "小龙门乡、长寿区、濮阳县、浚县"),
        ("藉口鎮藉助網絡", "藉口镇借助网络"),
        ("著力推進,成效顯著,有著名村", "着力推进,成效显著,有著名村"),
        ("彙報舉措,徵求意見,覆蓋全鎮,瞭解情況", "汇报举措,征求意见,覆盖全镇,了解情况"),
    ],
)
def test_conversion_is_right_and_keeps_every_place(traditional: str, simplified: str) -> None:
    assert to_simplified(traditional) == simplified
    assert len(traditional) == len(simplified)


def test_a_text_converted_one_to_one_is_traditional_and_comes_back() -> None:
    text = clean(
        source("2024年,潭灣鎮堅持以習近平新時代中國特色社會主義思想為指引,認真貫徹習近平法治思想,化解村里矛盾。")
    )

    assert text.traditional
    assert (
        text.text == "2024年,潭湾镇坚持以习近平新时代中国特色社会主义思想为指引,认真贯彻习近平法治思想,化解村里矛盾。"
    )


def test_taiwan_wording_goes_back_only_where_several_words_show_it() -> None:
    assert (
        cleaned("人民民眾透過網路瞭解行政程式,資訊公開的品質提高") == "人民群众通过网络了解行政程序,信息公开的质量提高"
    )
    assert cleaned("民眾廣場的法治宣傳計劃透過廣播開展,縣領導參加") == "民众广场的法治宣传计划透过广播开展,县领导参加"


def test_certain_taiwan_words_and_fixed_terms_go_back_wherever_they_stand() -> None:
    assert cleaned("縣政府資訊公開312條,備案規範性檔案15件,健全人民調解網路,發展程式化表演") == (
        "县政府信息公开312条,备案规范性文件15件,健全人民调解网络,发展程式化表演"
    )


def test_a_simplified_text_keeps_its_rare_names() -> None:
    text = "於潜镇人民政府2023年法治政府建设情况报告,甯书记、乾县对口帮扶,著作普法。"

    assert cleaned(text) == text


def test_one_traditional_paragraph_in_a_simplified_text_is_converted() -> None:
    simplified = "2023年,全县扎实推进依法行政,落实行政执法三项制度,开展法治宣传教育,化解矛盾纠纷。\n" * 9

    result = clean(source(simplified + "縣委書記、縣長認真履行第一責任人職責,親自過問"))

    assert not result.traditional
    assert result.text.endswith("县委书记、县长认真履行第一责任人职责,亲自过问")
