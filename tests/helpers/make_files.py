"""Make a report's text into the files that people have: a saved page, Word, PDF, OFD, old encodings, archives."""

from __future__ import annotations

import html
import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

__all__ = [
    "make_doc",
    "make_docx",
    "make_gb18030",
    "make_html",
    "make_ofd",
    "make_pdf",
    "make_scanned_pdf",
    "make_zip",
]

STYLE = "<style>body{font:14px sans-serif}</style><script>var a='脚本,不是正文。';document.write('x');</script>"
MENU = ["首页", "政务公开", "政务服务", "互动交流", "走进本地"]
FOOT = ["主办：某某人民政府办公室", "网站标识码：1101010001", "京ICP备05000001号", "联系我们 网站地图"]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def make_gb18030(text: str) -> bytes:
    return text.encode("gb18030")


def make_html(
    text: str, *, published: str | None = "2024-03-01 09:30", source: str = "本网", charset: str = "gb2312"
) -> bytes:
    """A page as government sites print it: menu, breadcrumb, publication line, article, share buttons, footer.

    Without `published` the page says nothing of date and source.
    """
    title, *body = lines_of(text)
    paragraphs = "\n".join(f"<p style='text-indent:2em'>&nbsp;&nbsp;{html.escape(line)}</p>" for line in body)
    menu = "".join(f"<li><a href='/{i}'>{word}</a></li>" for i, word in enumerate(MENU))
    foot = "".join(f"<p>{word}</p>" for word in FOOT)
    stamp = f'<meta name="PubDate" content="{published}">' if published else ""
    fields = f"<span>发布时间：{published}</span> <span>来源：{source}</span> " if published else ""
    page = f"""<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{html.escape(title)}_某某人民政府</title>
<meta name="ArticleTitle" content="{html.escape(title, quote=True)}">{stamp}
{STYLE}</head>
<body><div class="top"><ul>{menu}</ul><div>今天是：2026年1月5日 星期一</div></div>
<div class="crumb">您当前所在位置：<a href="/">首页</a> &gt; <a href="/zw">政务公开</a> &gt; 法治政府建设</div>
<div class="main"><h1 class="title">{html.escape(title)}</h1>
<div class="info">{fields}<span>浏览次数：<i>128</i></span>
字体：[<a>大</a>] [<a>中</a>] [<a>小</a>]</div>
<div class="article" id="zoom">{paragraphs}</div>
<div class="share">分享到： <a>微信</a> <a>微博</a> 【打印】 【关闭】</div>
<div class="side"><h3>相关信息</h3>
<ul><li><a href="/1">某某镇召开春耕生产部署会议，安排近期重点任务</a></li></ul></div></div>
<div style="display:none">站点统计代码</div>
<div class="footer">{foot}</div></body></html>"""
    return page.encode("gb18030" if charset.lower().startswith("gb") else charset)


def make_docx(text: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word document with one paragraph a line and, at its end, a table."""
    import docx

    document = docx.Document()
    for line in lines_of(text):
        document.add_paragraph(line)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                grid.cell(row, column).text = cell
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def make_pdf(text: str, *, width: int = 28, rows: int = 22, running_head: str = "") -> bytes:
    """A PDF set line by line: two characters of indent, a fixed measure, page numbers, perhaps a running head."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    placed = list(_placed_lines(lines_of(text), width))
    for number, first in enumerate(range(0, len(placed), rows), start=1):
        page.setFont("STSong-Light", 16)
        if running_head and number > 1:
            page.drawString(80, 800, running_head)
        for row, (indent, line) in enumerate(placed[first : first + rows]):
            page.drawString(70 + 16 * indent, 760 - 28 * row, line)
        page.drawCentredString(297, 60, f"- {number} -")
        page.showPage()
    page.save()
    return out.getvalue()


def _placed_lines(paragraphs: Sequence[str], width: int) -> list[tuple[int, str]]:
    placed: list[tuple[int, str]] = []
    for i, paragraph in enumerate(paragraphs):
        if i == 0 and len(paragraph) <= width:
            placed.append(((width - len(paragraph)) // 2, paragraph))
            continue
        indent = 2
        while paragraph:
            line = _cut(paragraph, 2 * (width - indent))
            placed.append((indent, line))
            paragraph, indent = paragraph[len(line) :], 0
    return placed


def _cut(text: str, cells: int) -> str:
    """As many characters as fit, no closing mark first on the next line and no number cut in two."""
    used = end = 0
    while end < len(text) and used + (2 if ord(text[end]) > 0x2E7F or text[end] in "“”‘’—…·" else 1) <= cells:
        used += 2 if ord(text[end]) > 0x2E7F or text[end] in "“”‘’—…·" else 1
        end += 1
    while 1 < end < len(text) and (text[end] in "，。；：、！？”’）》,;:)%" or (text[end - 1] + text[end]).isdigit()):
        end -= 1
    return text[:end]


def make_scanned_pdf(text: str = "") -> bytes:
    """Two pages that hold a grey picture each and no text; or the pages of a text, as pictures."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    pictures: list[object] = [BytesIO(b"P5\n8 8\n255\n" + bytes(range(64)))] * 2
    if text:
        with pypdfium2.PdfDocument(make_pdf(text)) as printed:
            pictures = [page.render(scale=2).to_pil() for page in printed]
    out = BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    for picture in pictures:
        page.drawImage(ImageReader(picture), 0, 0, 595, 842)
        page.showPage()
    page.save()
    return out.getvalue()


def make_ofd(text: str, *, width: int = 28, rows: int = 24) -> bytes:
    """An OFD package with one text object a printed line, written bottom line first."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    placed = _placed_lines(lines_of(text), width)
    pages = [placed[first : first + rows] for first in range(0, len(placed), rows)]
    listing = "".join(f'<ofd:Page ID="{i + 10}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages)))
    root = "Doc_0/Document.xml"
    parts = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>{root}</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        root: f"<ofd:Document {space}><ofd:Pages>{listing}</ofd:Pages></ofd:Document>",
    }
    for number, page in enumerate(pages):
        objects = []
        for row, (indent, line) in reversed(list(enumerate(page))):
            boundary = f"{25 + 5.6 * indent:g} {30 + 9.8 * row:g} 160 6"
            objects.append(
                f'<ofd:TextObject ID="{row + 100}" Boundary="{boundary}" Size="5.6">'
                f'<ofd:TextCode X="0" Y="5">{html.escape(line)}</ofd:TextCode></ofd:TextObject>'
            )
        objects.append(
            f'<ofd:TextObject ID="99" Boundary="100 280 20 6" Size="4"><ofd:TextCode X="0" Y="4">— {number + 1} —'
            "</ofd:TextCode></ofd:TextObject>"
        )
        content = (
            f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="1">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
        )
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = content
    return make_zip({name: f'<?xml version="1.0" encoding="UTF-8"?>{part}'.encode() for name, part in parts.items()})


def make_zip(members: Mapping[str, bytes], *, name_encoding: str | None = None) -> bytes:
    """A zip; with `name_encoding` the names are written in it without saying so, as old packers do."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, data)
    packed = out.getvalue()
    if name_encoding is None:
        return packed
    for name in members:
        if not name.isascii():
            packed = _renamed(packed, name.encode("utf-8"), name.encode(name_encoding))
    return packed


def _renamed(packed: bytes, old: bytes, new: bytes) -> bytes:
    """Headers with another name of another length and without the mark for UTF-8 names."""
    source = zipfile.ZipFile(BytesIO(packed))
    out = BytesIO()
    central = []
    for info in source.infolist():
        raw = info.filename.encode("utf-8") if info.flag_bits & 0x800 else info.filename.encode("cp437")
        name, flags = (new, 0) if raw == old else (raw, info.flag_bits)
        data = packed[info.header_offset :]
        name_length, extra_length = struct.unpack_from("<HH", data, 26)
        body = data[30 + name_length + extra_length :][: info.compress_size]
        offset = out.tell()
        head = struct.pack("<HHHHHIIIHH", 20, flags, 8, 0, 0x5822, info.CRC, len(body), info.file_size, len(name), 0)
        out.write(b"PK\x03\x04" + head + name + body)
        tail = struct.pack("<HHHII", 0, 0, 0, 0, offset)
        central.append(b"PK\x01\x02" + struct.pack("<H", 20) + head + tail + name)
    start = out.tell()
    out.write(b"".join(central))
    size = out.tell() - start
    out.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(central), len(central), size, start, 0))
    return out.getvalue()


def make_doc(text: str, *, encrypted: bool = False) -> bytes:
    """A Word 97 document with one piece of UTF-16 text: the smallest that its readers accept."""
    characters = "\r".join(lines_of(text)) + "\r"
    start = 0x800
    main = bytearray(start)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 10, 0x0200 | (0x0100 if encrypted else 0))
    body = characters.encode("utf-16-le")
    struct.pack_into("<i", main, 0x4C, len(body) // 2)
    pieces = struct.pack("<II", 0, len(body) // 2) + struct.pack("<HIH", 0, start, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", main, 0x1A2, 0, len(clx))
    return _compound({"WordDocument": bytes(main) + body, "1Table": clx})


def _compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of version 3 whose streams all lie in ordinary sectors."""
    sector, free, last, table = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    chains: list[int] = []
    body = bytearray()
    starts: dict[str, int] = {}
    for name, data in padded.items():
        data = data + b"\0" * (-len(data) % sector)
        starts[name] = len(chains)
        count = len(data) // sector
        chains += [len(chains) + i + 1 for i in range(count - 1)] + [last]
        body += data
    directory = len(chains)
    entries = [("Root Entry", 5, last, 0), *((name, 2, starts[name], len(padded[name])) for name in padded)]
    chains.append(last)
    listing = bytearray()
    for number, (name, kind, first, size) in enumerate(entries):
        encoded = name.encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else free
        child = 1 if number == 0 else free
        listing += encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded) + 2, kind, 1)
        listing += struct.pack("<III", free, right, child) + bytes(36) + struct.pack("<IQ", first, size)
    listing += bytes(sector - len(listing))
    tables = (len(chains) + 127) // 127
    fat = [*chains, *([table] * tables)]
    fat += [free] * (tables * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory, 0, 4096, last, 0, last, 0)
    header += b"".join(struct.pack("<I", len(chains) + i if i < tables else free) for i in range(109))
    return header + bytes(body) + bytes(listing) + struct.pack(f"<{len(fat)}I", *fat)
