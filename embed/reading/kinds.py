"""What a file really is, by its first bytes and, for packages, by what is inside; its name is only a hint."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from embed.exceptions import UnreadableFile

__all__ = ["Form", "form_of", "refuse"]

from enum import StrEnum


class Form(StrEnum):
    """The outer form of some bytes: the kinds of documents, and the packages that hold several."""

    TEXT = "text"
    HTML = "html"
    MHTML = "mhtml"
    RTF = "rtf"
    DOCX = "docx"
    OLE = "ole"
    PDF = "pdf"
    OFD = "ofd"
    ZIP = "zip"


HTML_MARK = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|span|script)[\s>/]")
UNSUPPORTED = (
    (b"Rar!\x1a\x07", "rar 压缩包", "rar archive", "解压后再读取，或改成 zip · unpack it, or pack it as zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "7z archive", "解压后再读取，或改成 zip · unpack it, or pack it as zip"),
    (b"\x1f\x8b", "gzip 压缩包", "gzip archive", "解压后再读取，或改成 zip · unpack it, or pack it as zip"),
    (b"\x89PNG", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"\xff\xd8\xff", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"GIF8", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"BM", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"II*\x00", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"MM\x00*", "图片", "picture", "先做文字识别 · recognise its text first"),
    (b"MZ", "程序", "program", None),
    (b"\x7fELF", "程序", "program", None),
)


def refuse(reason: str, chinese: str, english: str, hint: str | None = None) -> UnreadableFile:
    """An error that says one thing in two languages."""
    return UnreadableFile(f"{chinese} · {english}", reason=reason, hint=hint)


def form_of(data: bytes) -> Form:
    """The form of these bytes. Raises `UnreadableFile` (`empty`, `unsupported`) for what cannot be a report."""
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise refuse("empty", "文件是空的", "the file is empty", "重新下载或导出 · fetch the file again")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(data)
    if b"%PDF-" in data[:1024]:
        return Form.PDF
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Form.OLE
    if data.startswith(b"{\\rtf"):
        return Form.RTF
    for mark, chinese, english, hint in UNSUPPORTED:
        if data.startswith(mark) and _is_binary(data):
            raise refuse("unsupported", f"不支持{chinese}", f"cannot read a {english}", hint)
    head = data[:4096]
    if (
        re.match(rb"(?i)\s*(?:from|mime-version|content-type|subject|date|x-[\w-]+):", head)
        and b"multipart/related" in head
    ):
        return Form.MHTML
    return Form.HTML if HTML_MARK.search(_narrow(head)) else Form.TEXT


def _is_binary(data: bytes) -> bool:
    return b"\x00" in data[:4096]


def _narrow(head: bytes) -> bytes:
    """UTF-16 markup with its zero bytes left out, so that one pattern finds it."""
    return head.replace(b"\x00", b"") if b"\x00" in head else head


def _package(data: bytes) -> Form:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refuse(
            "corrupt",
            f"压缩结构已损坏（{error}）",
            f"the zip structure is damaged ({error})",
            "重新下载 · fetch it again",
        ) from error
    if {"content.xml", "mimetype"} <= names or {"META-INF/container.xml", "mimetype"} <= names:
        raise refuse(
            "unsupported",
            "不支持 odt、epub 一类的文档",
            "an OpenDocument or EPUB file",
            "另存为 docx 或 pdf · save it as docx or pdf",
        )
    if "OFD.xml" in names:
        return Form.OFD
    if "word/document.xml" in names:
        return Form.DOCX
    if "[Content_Types].xml" in names:
        if any(name.startswith("word/") for name in names):
            return Form.DOCX
        raise refuse(
            "unsupported",
            "不支持的办公文件（表格或幻灯片）",
            "an office file that is no text document",
            "把正文另存为 docx、pdf 或 txt · save the text as docx, pdf or txt",
        )
    return Form.ZIP
