"""Word, PDF, OFD and their older kin give the text that people see."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from embed.reading import FileKind, ReadFailure, SourceDocument, clean, read_bytes
from tests.helpers.make_files import make_doc, make_docx, make_ofd, make_pdf, make_scanned_pdf, make_zip

TEXT = """某某镇2023年度法治政府建设情况报告
2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，落实行政执法“三项制度”，加强法治宣传教育，现将有关情况报告如下。
一、主要做法
（一）强化学习。全年组织专题学习6次，参加干部320人次，测试合格率达到98%，学法清单逐月销号，旁听庭审2次。
（二）规范执法。公示执法信息412条，审核重大执法决定17件，纠正瑕疵案卷9卷，执法人员全部持证上岗，没有发生被撤销的行为。
二、存在的问题
普法形式比较单一，对外来务工人员的宣传覆盖不够，案卷质量参差不齐，基层执法力量与承担的任务不相适应。
某某镇人民政府
2024年1月12日"""


def read(data: bytes, name: str) -> SourceDocument:
    (document,) = read_bytes(data, name)
    assert isinstance(document, SourceDocument), document
    return document


def reason(data: bytes, name: str = "x") -> str:
    (failure,) = read_bytes(data, name)
    assert isinstance(failure, ReadFailure), failure
    assert " · " in failure.message
    return failure.reason


@pytest.mark.parametrize(
    ("kind", "make"),
    [(FileKind.DOCX, make_docx), (FileKind.PDF, make_pdf), (FileKind.OFD, make_ofd), (FileKind.DOC, make_doc)],
)
def test_every_kind_gives_the_text(kind: FileKind, make: object) -> None:
    document = read(make(TEXT), "report")  # type: ignore[operator]

    assert document.kind is kind
    assert clean(document).text == TEXT


def test_a_wps_file_is_read_like_word_and_called_wps() -> None:
    document = read(make_doc(TEXT), "报告.wps")

    assert (document.kind, clean(document).text) == (FileKind.WPS, TEXT)


def test_a_pdf_with_running_heads_joins_its_pages_in_mid_sentence() -> None:
    document = read(make_pdf(TEXT, rows=6, running_head="某某镇法治政府建设年度报告"), "x.pdf")

    assert document.text.count("\f") == 3
    assert clean(document).text == TEXT


def test_a_table_in_word_becomes_sentences() -> None:
    data = make_docx("一、主要做法", [["事项", "2022年", "2023年"], ["行政复议", "14件", "9件"]])

    assert read(data, "x.docx").text == "一、主要做法\n行政复议：2022年14件；2023年9件。"


def test_automatic_numbers_of_word_come_back() -> None:
    numbering = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
    <w:abstractNum w:abstractNumId="0">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""

    def paragraph(level: int, text: str) -> str:
        number = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        return f"<w:p>{number}<w:r><w:t>{text}</w:t></w:r></w:p>"

    body = "".join(
        paragraph(level, text)
        for level, text in [
            (0, "做法"),
            (1, "学习"),
            (2, "专题"),
            (2, "考试"),
            (1, "执法"),
            (2, "公示"),
            (0, "问题"),
            (1, "普法"),
        ]
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    data = make_zip({"word/document.xml": document.encode(), "word/numbering.xml": numbering.encode()})

    assert read(data, "x.docx").text.split("\n") == [
        "一、做法", "（一）学习", "1.专题", "2.考试", "（二）执法", "1.公示", "二、问题", "（一）普法",
    ]  # fmt: skip


def test_deleted_text_of_tracked_changes_is_left_out() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = "<w:r><w:t>依法</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
    runs += "<w:ins><w:r><w:t>行政</w:t></w:r></w:ins>"
    document = f'<w:document xmlns:w="{space}"><w:body><w:p>{runs}</w:p></w:body></w:document>'

    assert read(make_zip({"word/document.xml": document.encode()}), "x").text == "依法行政"


def test_rich_text_named_doc_is_read() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 \'cb\'ce\'cc\'e5;}}\f0 "
        + "".join(f"\\'{byte:02x}" for byte in "一、主要做法".encode("gbk")).encode()
        + rb"\par \u20381?\u27861?\par}"
    )

    document = read(data, "x.doc")

    assert (document.kind, document.text) == (FileKind.DOC, "一、主要做法\n侍法\n".replace("侍", chr(20381)))


def test_a_web_archive_gives_its_page() -> None:
    page = "<html><body><p>依法行政，扎实推进。</p></body></html>"
    data = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/html; charset=gbk\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + page.encode("gbk")
        + b"\r\n--b--\r\n"
    )

    assert read(data, "x.mht").text == "依法行政，扎实推进。"


def test_the_kind_is_what_the_bytes_say_and_not_the_name() -> None:
    assert read(make_docx(TEXT), "报告.pdf").kind is FileKind.DOCX
    assert read(make_pdf(TEXT), "报告.txt").kind is FileKind.PDF
    assert read(TEXT.encode(), "报告.docx").kind is FileKind.TEXT
    assert read(f"<html><body>{TEXT}</body></html>".encode(), "报告.doc").kind is FileKind.HTML


def test_a_pdf_that_prints_marks_and_digits_from_another_font_is_read_as_it_looks() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = BytesIO()
    page = canvas.Canvas(out)
    page.setFont("STSong-Light", 12)
    for left, piece in (
        (70, "全镇深入开展"),
        (154, "法律六进"),
        (142, "“"),
        (202, "”"),
        (214, "活动，发放资料三百份。"),
    ):
        page.drawString(left, 700, piece)
    for left, piece in ((70, "受理纠纷"), (121, "46"), (136, "件。"), (190, "另起一句。")):
        page.drawString(left, 680, piece)
    page.save()

    lines = [line.strip() for line in read(out.getvalue(), "报告.pdf").text.splitlines()]
    assert lines == ["全镇深入开展“法律六进”活动，发放资料三百份。", "受理纠纷46件。 另起一句。"]


def test_ofd_text_is_as_wide_as_its_steps_say() -> None:
    from embed.reading.ofd import _steps, _width

    assert _steps("g 2 5.6 2.8", 3) == [5.6, 5.6, 2.8]
    assert _steps("g 1000000000 1", 3) == [1.0, 1.0, 1.0]
    assert _width("3 3", "法治县", 5.0) == 11.0
    assert _width(None, "法治2", 4.0) == 10.0
    assert _width("3", "法治县", 5.0) == 15.0


def test_a_scanned_pdf_without_text_recognition_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.reading.files.can_recognise", lambda: False)
    (failure,) = read_bytes(make_scanned_pdf(), "扫描.pdf")

    assert isinstance(failure, ReadFailure)
    assert failure.reason == "scanned"
    assert 'pip install "bijian[ocr]"' in (failure.hint or "")


@pytest.mark.slow
def test_a_scanned_pdf_is_recognised_when_the_extra_is_installed() -> None:
    pytest.importorskip("rapidocr")

    document = read(make_scanned_pdf(TEXT), "扫描.pdf")

    assert document.warnings == (
        "文字由识别得到，可能有错字 · the text was recognised from pictures and may contain errors",
    )
    assert clean(document).text.replace(" ", "") == TEXT


def test_protected_documents_are_refused_as_encrypted() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas

    out = BytesIO()
    page = canvas.Canvas(out, encrypt=StandardEncryption("secret", "owner", strength=128))
    page.drawString(10, 10, "x")
    page.save()

    assert reason(out.getvalue()) == "encrypted"
    assert reason(make_doc(TEXT, encrypted=True)) == "encrypted"


@pytest.mark.parametrize("make", [make_docx, make_pdf, make_ofd, make_doc])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_document_cut_off_is_damaged_and_never_a_crash(make: object, share: float) -> None:
    data = make(TEXT)  # type: ignore[operator]
    results = list(read_bytes(data[: int(len(data) * share)], "x"))

    assert len(results) == 1
    assert isinstance(results[0], SourceDocument) or results[0].reason in ("corrupt", "empty", "scanned", "binary")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Rar!\x1a\x07\x01\x00\x00" * 4, "unsupported"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" * 4, "unsupported"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "unsupported"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "unsupported"),
        (b"PK\x03\x04" + b"broken" * 30, "corrupt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "corrupt"),
        (b"%PDF-1.7\nnothing", "corrupt"),
    ],
)
def test_what_is_no_report_is_refused_with_a_reason(data: bytes, said: str) -> None:
    assert reason(data) == said


@pytest.mark.parametrize("part", ["content.xml", "META-INF/container.xml"])
def test_open_document_and_epub_are_refused_as_a_whole(part: str) -> None:
    assert reason(make_zip({"mimetype": b"application/x", part: b"<x/>", "manifest.rdf": b"<x/>"})) == "unsupported"


def test_a_spreadsheet_is_refused_as_unsupported() -> None:
    from openpyxl import Workbook

    out = BytesIO()
    Workbook().save(out)

    assert reason(out.getvalue()) == "unsupported"


def test_entities_inside_xml_are_never_expanded() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "依法行政"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "<w:body><w:p><w:r><w:t>&b;&b;文字</w:t></w:r></w:p></w:body>"
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f'{bomb}<w:document xmlns:w="{space}">{body}</w:document>')

    results = list(read_bytes(out.getvalue(), "x.docx"))

    assert len(results) == 1
    assert isinstance(results[0], ReadFailure) or "依法行政依法行政" not in results[0].text


def test_tables_inside_tables_are_read_once_each() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    inner = "<w:p><w:r><w:t>最里面</w:t></w:r></w:p>"
    for level in range(60):
        inner = f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>第{level}层</w:t></w:r></w:p>{inner}</w:tc></w:tr></w:tbl>"
    document = f'<w:document xmlns:w="{space}"><w:body>{inner}</w:body></w:document>'

    lines = read(make_zip({"word/document.xml": document.encode()}), "x.docx").text.split("\n")

    assert lines == [*(f"第{level}层" for level in reversed(range(1, 60))), "第0层 最里面"]
