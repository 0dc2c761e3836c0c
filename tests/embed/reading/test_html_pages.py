"""Habits of real pages: numbers that only a browser prints, breaks of the markup, columns, titles, hidden blocks."""

from __future__ import annotations

import pytest

from embed.reading import ReadFailure, SourceDocument, clean, read_bytes

TITLE = "石门镇2023年度法治政府建设工作总结"
OPENING = "2023年，石门镇坚持依法行政，全面推进法治政府建设，现总结如下："
ITEMS = ["加强学习。组织干部学法12次，合格率100%。", "严格执法。办理案件15起，没有复议诉讼。"]
BODY = [
    OPENING,
    "一、主要工作",
    "镇党委、政府主要负责人切实履行推进法治建设第一责任人职责，全年召开专题会议4次，研究解决问题9个。",
    "健全镇村两级人民调解网络，共排查矛盾纠纷183件，调解成功181件，调解成功率达98.9%。",
    "石门镇人民政府",
    "2024年1月12日",
]


LONG = [*BODY[:4], "普法宣传覆盖全镇十二个村，发放资料两千份，接受咨询三百人次，群众满意。", *BODY[4:]]


def text_of(markup: str) -> str:
    (document,) = read_bytes(f"<html><body>{markup}</body></html>".encode(), "page.html")
    assert isinstance(document, SourceDocument), document
    return clean(document).text


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    ("opened", "marks"),
    [
        ("<ol>", ["1.", "2."]),
        ("<ol start=3>", ["3.", "4."]),
        ('<ol style="list-style-type: cjk-ideographic">', ["一、", "二、"]),
        ("<ol type=a>", ["(1)", "(2)"]),
        ("<ol style='list-style:none'>", ["", ""]),
        ("<ul>", ["", ""]),
    ],
)
def test_items_of_a_list_get_the_number_that_a_browser_prints(opened: str, marks: list[str]) -> None:
    items = "".join(f"<li><p>{item}</p></li>" for item in ITEMS)
    expected = [OPENING, *(mark + item for mark, item in zip(marks, ITEMS, strict=True))]

    assert text_of(f"<p>{OPENING}</p>{opened}{items}</ol>") == "\n".join(expected)


def test_lists_inside_lists_get_the_numbers_of_the_official_norm() -> None:
    page = f"<p>{OPENING}</p><ol><li>主要工作<ol><li>{ITEMS[0]}</li><li>{ITEMS[1]}</li></ol></li><li>存在问题</li></ol>"

    assert text_of(page).split("\n")[1:] == ["一、主要工作", f"（一）{ITEMS[0]}", f"（二）{ITEMS[1]}", "二、存在问题"]


def test_an_item_with_its_own_number_gets_no_other() -> None:
    assert text_of(f"<p>{OPENING}</p><ol><li>一、{ITEMS[0]}</li><li>（2）{ITEMS[1]}</li></ol>") == (
        f"{OPENING}\n一、{ITEMS[0]}\n（2）{ITEMS[1]}"
    )


def test_a_break_of_the_markup_between_wide_characters_is_no_blank() -> None:
    page = "<p>镇党委、政府主要负责人切实履行推进法治建设第一责任人\n职责，全年召开会议4次，use Word\nto write。</p>"

    assert text_of(page) == (
        "镇党委、政府主要负责人切实履行推进法治建设第一责任人职责，全年召开会议4次，use Word to write。"
    )


@pytest.mark.parametrize("opened", ["<pre>", "<div style='white-space: pre-wrap'>"])
def test_line_feeds_of_preformatted_text_part_its_lines(opened: str) -> None:
    assert text_of(opened + "\n".join([TITLE, *BODY])) == "\n".join([TITLE, *BODY])


@pytest.mark.parametrize("name", ["right", "con_right", "col-r", "leftbar"])
def test_a_column_of_other_news_is_no_part_of_the_article(name: str) -> None:
    news = "<h3>图片新闻</h3><p>近日，我县召开法治建设工作推进会，县委书记出席会议并讲话。</p>"
    page = f"<div><h1>{TITLE}</h1>{paragraphs(BODY[:-2])}<p class={name}>{BODY[-2]}</p><p>{BODY[-1]}</p></div>"

    assert text_of(f"<div>{page}<div class='{name}'>{news}</div></div>") == "\n".join([TITLE, *BODY])


def test_news_above_an_article_with_a_title_is_no_title() -> None:
    news = "<ul><li>全县法治建设工作推进大会圆满落幕</li><li>县长调研法治政府建设工作</li></ul>"

    assert text_of(f"{news}<div><h1>{TITLE}</h1>{paragraphs(BODY)}</div>") == "\n".join([TITLE, *BODY])


@pytest.mark.parametrize(
    "style",
    ["height:0;overflow:hidden", "overflow:hidden; width: 1px", "opacity:0", "text-indent:-99em", "font-size:0"],
)
def test_blocks_that_nobody_can_see_are_outside(style: str) -> None:
    hidden = f"<div style='{style}'>鸿泰娱乐城官网下载_百家乐开户</div>"

    assert text_of(hidden + f"<h1>{TITLE}</h1>" + paragraphs(BODY)) == "\n".join([TITLE, *BODY])


@pytest.mark.parametrize("style", ["font-size:0.9em", "opacity:0.8", "height:100px;overflow:hidden"])
def test_small_and_clipped_text_can_be_seen(style: str) -> None:
    assert text_of(f"<div style='{style}'>{paragraphs(BODY)}</div>") == "\n".join(BODY)


def test_a_table_whose_spans_multiply_is_cut_off() -> None:
    row = "<tr>" + "<td colspan=999 rowspan=999>法治</td>" * 50 + "</tr>"

    assert len(text_of(f"<p>{OPENING}</p><table>{row * 1500}</table>")) < 10_000_000


def test_a_page_of_millions_of_elements_is_refused_before_it_becomes_a_tree() -> None:
    (failure,) = read_bytes(b"<html><body>" + b"<a>" * 2_100_000, "page.html")

    assert isinstance(failure, ReadFailure)
    assert failure.reason == "too_large"


def test_headers_and_footers_of_an_exported_document_are_no_part_of_it() -> None:
    page = (
        f"<div title='header'><p>资料汇编</p></div>{paragraphs([TITLE, *BODY])}<div title='footer'><p>— 1 —</p></div>"
    )

    assert text_of(page) == "\n".join([TITLE, *BODY])


def test_text_cut_into_pieces_by_inline_elements_weighs_as_much_as_whole_text() -> None:
    pieces = "".join(
        "<p>" + "".join(f"<span>{line[i : i + 5]}</span>" for i in range(0, len(line), 5)) + "</p>" for line in LONG
    )
    news = "<div class=list><p>近日，县里召开会议安排部署工作。</p></div>"

    assert text_of(f"<div class=main><h1>{TITLE}</h1>{pieces}</div>{news}") == "\n".join([TITLE, *LONG])


def test_the_first_line_of_a_title_is_kept_although_the_opening_names_the_office() -> None:
    head = "<title>某某区水利局-政府网</title>"
    body = ["关于2023年法治政府建设情况的报告", "2023年，某某区水利局坚持依法治水，全面推进法治政府建设，现报告如下。"]

    assert text_of(f"{head}<h1>某某区水利局</h1><div id=zoom>{paragraphs(body)}</div>") == "\n".join(
        ["某某区水利局", *body]
    )


def test_buttons_and_notices_on_cookies_are_no_text() -> None:
    notice = "<div><p>您访问的链接即将离开本站，是否继续？</p><button>继续访问</button></div>"
    page = f"{notice}<h1>{TITLE}</h1>{paragraphs(BODY)}"

    assert text_of(page + "<div>本网站使用Cookie以提升您的浏览体验。</div>") == "\n".join([TITLE, *BODY])
