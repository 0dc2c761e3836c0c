"""A saved page gives its article; what stands around it goes, and its fields stay available."""

from __future__ import annotations

import pytest

from embed.reading import FileKind, Hint, ReadFailure, RemovalReason, SourceDocument, clean, read_bytes
from tests.helpers.make_files import make_html

TEXT = """某某镇2023年度法治政府建设情况报告
县委、县政府：
2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，现将有关情况报告如下。
一、主要做法
（一）强化学习。全年组织专题学习6次，参加干部320人次，测试合格率达到98%。
二、存在的问题
普法形式比较单一，对外来务工人员的宣传覆盖不够，案卷质量参差不齐。
某某镇人民政府
2024年1月12日"""


def read(data: bytes) -> SourceDocument:
    (document,) = read_bytes(data, "page.html")
    assert isinstance(document, SourceDocument), document
    return document


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "utf-8"])
def test_a_page_with_chrome_gives_the_report_alone(charset: str) -> None:
    document = read(make_html(TEXT, charset=charset))

    assert document.kind is FileKind.HTML
    assert clean(document).text == TEXT


def test_fields_around_the_article_are_publication_lines() -> None:
    result = clean(read(make_html(TEXT, published="2024-03-01 09:30", source="某某县司法局")))

    fields = [removal.text for removal in result.removals if removal.reason is RemovalReason.PUBLICATION_LINE]
    assert len(fields) == 1
    assert fields[0].startswith("发布时间：2024-03-01 09:30 来源：某某县司法局 浏览次数：128")
    assert [r.text for r in result.removals if r.reason is RemovalReason.CLOCK] == ["今天是：2026年1月5日 星期一"]


def test_the_head_of_a_page_gives_hints() -> None:
    assert read(make_html(TEXT)).hints == (
        Hint("title", "某某镇2023年度法治政府建设情况报告_某某人民政府", "<title>"),
        Hint("title", "某某镇2023年度法治政府建设情况报告", "<meta name=ArticleTitle>"),
        Hint("published", "2024-03-01 09:30", "<meta name=PubDate>"),
    )


def test_scripts_and_comments_are_no_text() -> None:
    document = read(
        b"<html><body><!-- a --><script>var b='c';</script><p>"
        + "依法行政，扎实推进。".encode()
        + b"</p></body></html>"
    )

    assert document.text == "依法行政，扎实推进。"


def test_advertising_in_hidden_blocks_is_reported_as_injected() -> None:
    hidden = '<div style="position:absolute; left:-9999px">鸿泰娱乐城官网下载_百家乐开户</div>'
    page = make_html(TEXT, charset="utf-8").replace(b"<body>", b"<body>" + hidden.encode())

    result = clean(read(page))

    assert result.text == TEXT
    assert [r.text for r in result.injected] == ["鸿泰娱乐城官网下载_百家乐开户"]


def test_a_title_that_only_the_page_shows_is_kept_once() -> None:
    body = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
    page = (
        f"<title>某某镇2023年度法治政府建设情况报告</title><h1>某某镇2023年度法治政府建设情况报告</h1><div>{body}</div>"
    )

    assert clean(read(page.encode())).text == TEXT


def test_breaks_and_blocks_part_lines_and_inline_marks_do_not() -> None:
    page = "<div>一、<b>主要</b>做法<br>落实制度，<span>加强</span>宣传，成效明显。<p>二、问题</p></div>"

    assert read(page.encode()).text == "一、主要做法\n落实制度，加强宣传，成效明显。\n二、问题"


def test_a_table_becomes_sentences_that_keep_row_and_column_names() -> None:
    page = """<html><body><p>2023年，全镇行政执法与调解情况如下，各项指标稳中向好。</p><table>
    <tr><th>事项</th><th>2022年</th><th>2023年</th></tr>
    <tr><td>行政处罚</td><td>14件</td><td>9件</td></tr>
    <tr><td rowspan=2>人民调解</td><td>203件</td><td>198件</td></tr>
    <tr><td colspan=2>成功率均为100%</td></tr></table></body></html>"""

    assert read(page.encode()).text.split("\n")[1:] == [
        "行政处罚：2022年14件；2023年9件。",
        "人民调解：2022年203件；2023年198件。",
        "人民调解：2022年：成功率均为100%；2023年：成功率均为100%。",
    ]


def test_a_table_of_fields_stays_a_row_of_fields() -> None:
    page = """<html><body><table><tr><td>索引号</td><td>1150/2024-01</td><td>发布机构</td><td>某某镇</td></tr>
    <tr><td>成文日期</td><td>2024-01-12</td><td>发布日期</td><td>2024-01-15</td></tr></table>
    <p>2023年，我镇深入推进依法行政，现将有关情况报告如下。</p></body></html>"""

    document = read(page.encode())

    assert clean(document).text == "2023年，我镇深入推进依法行政，现将有关情况报告如下。"
    assert [r.text for r in clean(document).removals if r.reason is RemovalReason.PUBLICATION_LINE] == [
        "索引号 | 1150/2024-01 | 发布机构 | 某某镇",
        "成文日期 | 2024-01-12 | 发布日期 | 2024-01-15",
    ]


def test_a_page_nested_deeper_than_any_real_one_is_refused() -> None:
    nested = {
        depth: b"<div>" * depth + "依法行政，扎实推进。".encode() + b"</div>" * depth for depth in (1_500, 20_000)
    }
    (failure,) = read_bytes(b"<html><body>" + nested[20_000], "page.html")

    assert read(b"<html><body>" + nested[1_500]).text == "依法行政，扎实推进。"
    assert isinstance(failure, ReadFailure)
    assert failure.reason == "too_deep"


def test_utf_16_markup_is_known_as_markup() -> None:
    page = "<html><body><p>依法行政，扎实推进。</p></body></html>"

    assert read(page.encode("utf-16")).text == "依法行政，扎实推进。"


LINES = TEXT.split("\n")
HEAD, REST = LINES[0], LINES[1:]
FRAME = '<tr><td><table><tr><td><a href="1">首页</a></td><td><a href="2">政务公开</a></td></tr></table></td></tr>'


@pytest.mark.parametrize(
    "page",
    [
        f"<div><a>首页</a><a>政务</a></div><div>{'<br>&nbsp;&nbsp;'.join(LINES)}</div><p>版权所有：某某县</p>",
        (
            f"<table>{FRAME}<tr><td><b>{HEAD}</b></td></tr><tr><td>发布时间：2024-01-15 来源：本网</td></tr>"
            f"<tr><td><p>{'</p><p>'.join(REST)}</p></td></tr><tr><td>版权所有</td></tr></table>"
        ),
        "".join(
            f"<p><span><o:p>&nbsp;</o:p></span><span>{line[:4]}</span><span>{line[4:]}</span></p>" for line in LINES
        ),
        (
            f"<h1>{HEAD}</h1><div><p>{'</p><p>'.join(REST[:3])}</p></div><div><p>{'</p><p>'.join(REST[3:])}</p></div>"
            "<ul><li><a>某镇召开会议，部署近期工作。</a></li><li><a>某镇开展宣传，推进依法行政。</a></li></ul>"
        ),
        (
            f"<header><nav>首页 政务公开</nav></header><main><article><h1>{HEAD}</h1>"
            "<p>2024-01-15 09:00 来源：某某县</p>"
            f"{''.join(f'<section><p>{line}</p></section>' for line in REST)}</article>"
            "<aside><p>热点：全县召开法治大会，安排部署重点工作，推进依法行政。</p></aside></main>"
        ),
    ],
    ids=["line breaks", "layout tables", "word", "several blocks", "sections"],
)
def test_pages_of_every_build_give_the_same_text(page: str) -> None:
    assert clean(read(f"<html><body>{page}</body></html>".encode())).text == TEXT


def test_the_hints_of_a_hacked_page_are_without_its_advertising() -> None:
    page = "<html><head><title>某某省2023年度法治政府建设情况-ks8凯发官方网站</title></head>"
    page += "<body><p>依法行政，扎实推进。</p></body></html>"

    assert read(page.encode()).hints == (Hint("title", "某某省2023年度法治政府建设情况", "<title>"),)


@pytest.mark.parametrize("name", ["share-page", "article foot", "recommend"])
def test_a_block_with_the_text_in_it_is_no_side_block_whatever_it_is_called(name: str) -> None:
    page = f'<div class="{name}"><p>{"</p><p>".join(LINES)}</p></div><div class="share">分享到：微信</div>'

    assert clean(read(f"<html><body>{page}</body></html>".encode())).text == TEXT
