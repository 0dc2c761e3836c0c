"""What Word keeps apart from the text comes to its place, and what it does not print is left out."""

from __future__ import annotations

import io
import zipfile

import pytest

from embed.reading import RemovalReason, SourceDocument, clean, read_bytes

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}<w:t>{text}</w:t></w:r>"


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def read(body: str, numbering: str = "") -> SourceDocument:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f"<w:document {SPACE}><w:body>{body}</w:body></w:document>")
        if numbering:
            package.writestr("word/numbering.xml", f"<w:numbering {SPACE}>{numbering}</w:numbering>")
    (document,) = read_bytes(out.getvalue(), "x.docx")
    assert isinstance(document, SourceDocument), document
    return document


def test_a_list_that_begins_anew_counts_anew() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="5"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num>"
    )
    body = "".join(
        paragraph(run(text), f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')
        for text, number in [("甲", 1), ("乙", 1), ("丙", 2), ("丁", 2)]
    )

    assert read(body, numbering).text == "1.甲\n2.乙\n1.丙\n2.丁"


def test_a_text_box_stands_behind_the_paragraph_that_holds_it() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(run('图说'))}</w:txbxContent></w:pict></w:r>"

    assert read(paragraph(run("依法") + box + run("行政")) + paragraph(run("扎实推进"))).text == (
        "依法行政\n图说\n扎实推进"
    )


@pytest.mark.parametrize(("value", "text"), [("", "依法"), (' w:val="false"', "依法行政")])
def test_hidden_runs_are_left_out(value: str, text: str) -> None:
    assert read(paragraph(run("依法") + run("行政", f"<w:vanish{value}/>"))).text == text


def test_readings_over_characters_are_left_out() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('fǎ')}</w:rt><w:rubyBase>{run('法')}</w:rubyBase></w:ruby></w:r>"

    assert read(paragraph(run("依") + ruby + run("行政"))).text == "依法行政"


def test_paragraphs_whose_parting_was_deleted_are_one() -> None:
    deleted = '<w:rPr><w:del w:id="1"/></w:rPr>'

    assert (
        read(paragraph(run("依法"), deleted) + paragraph(run("行政")) + paragraph(run("报告"))).text == "依法行政\n报告"
    )


@pytest.mark.parametrize("leader", ["\t", "……", " ........ ", "  "])
def test_a_table_of_contents_goes_and_is_recorded(leader: str) -> None:
    headings = ["一、工作情况", "二、存在问题"]
    contents = ["目 录", *(f"{heading}{leader}{page}" for page, heading in enumerate(headings, start=1))]
    lines = ["某某镇2023年法治政府建设情况报告", *contents, headings[0], "全年学法12次。", headings[1], "人员不足。"]

    result = clean(read("".join(paragraph(run(line)) for line in lines)))

    assert result.text.split("\n") == [lines[0], *lines[4:]]
    assert [(r.reason, r.text) for r in result.removals] == [(RemovalReason.CHROME, "\n".join(contents))]


def test_contents_without_pages_go_where_their_lines_stand_again() -> None:
    lines = ["目录", "一、工作情况", "二、问题", "一、工作情况", "全年学法12次。", "二、问题", "人员不足。"]

    assert clean(read("".join(paragraph(run(line)) for line in lines))).text.split("\n") == lines[3:]


def test_a_list_that_is_called_so_but_stands_once_stays() -> None:
    lines = [
        "某某镇认真落实依法行政各项要求，成效明显，现将有关情况报告如下。",
        "目录",
        "权责清单共三类",
        "全年更新并公布12次。",
    ]
    lines.append("某某镇认真落实依法行政各项要求，全年成效较为明显，群众满意。")

    assert clean(read("".join(paragraph(run(line)) for line in lines))).text.split("\n") == lines
