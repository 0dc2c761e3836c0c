"""Files, folders, archives and bytes to source documents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from embed.exceptions import UnreadableFile
from embed.reading.decoding import decode
from embed.reading.document import FileKind, SourceDocument
from embed.reading.docx import read_docx
from embed.reading.html import html_label, read_html
from embed.reading.kinds import Form, form_of, refuse
from embed.reading.legacy import mhtml_parts, read_rtf
from embed.reading.limits import DEFAULT_LIMITS, MEGABYTE, Limits, ReadFailure
from embed.reading.ocr import can_recognise, recognise_pdf
from embed.reading.ofd import read_ofd
from embed.reading.packages import Budget, member_name, open_package, read_member
from embed.reading.pages import PrintedText
from embed.reading.pdf import read_pdf
from embed.reading.word_binary import read_word_binary

__all__ = ["read_bytes", "read_documents"]

# What file managers and version control leave behind; nobody means these to be read.
CLUTTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".svn"})
PARTS_OF_PAGES = frozenset("css js json xml png jpg jpeg gif svg ico woff woff2 ttf webp map csv tsv jsonl".split())  # noqa: SIM905


def worth_reading(name: str) -> bool:
    """Whether a file found in a folder or archive may be a report: no clutter, no picture, style, script or data."""
    return (
        name not in CLUTTER
        and not name.startswith(".")
        and PurePosixPath(name).suffix.lower()[1:] not in PARTS_OF_PAGES
    )


def read_documents(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[SourceDocument | ReadFailure]:
    """Every document in a file, an archive or a folder, in the order of their names.

    In a folder, links that lead out of it are refused, hidden files are passed over, and so are the pictures and
    scripts of saved pages. Only one document is in memory at a time.
    """
    if path.is_dir():
        for file in _files_below(path):
            if isinstance(file, ReadFailure):
                yield file
            else:
                yield from _read_file(file, limits)
    else:
        yield from _read_file(path, limits)


def _files_below(folder: Path) -> Iterator[Path | ReadFailure]:
    root = folder.resolve()
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        name = path.name
        if name.startswith(".") or name in CLUTTER:
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            yield ReadFailure(
                _printable(str(path)),
                "outside",
                "链接指向文件夹之外 · the link leads out of the folder",
                "直接给出目标文件 · name the file itself",
            )
        elif path.is_symlink() and path.is_dir():
            continue  # the folder is inside and is read in its own place
        elif path.is_dir():
            yield from _files_below(path)
        elif worth_reading(name):
            yield path


def _read_file(path: Path, limits: Limits) -> Iterator[SourceDocument | ReadFailure]:
    name = _printable(str(path))
    try:
        if not path.exists():
            raise refuse("missing", "没有这个文件", "expected a file, and there is none", "检查路径 · check the path")
        if not path.is_file():
            raise refuse(
                "unreadable",
                "不是普通文件（管道、设备等）",
                "expected a file, got a pipe or a device",
                "检查路径 · check the path",
            )
        size = path.stat().st_size
        if size > _most_bytes(path, limits):
            raise _too_large(size, limits)
        data = path.read_bytes()
    except OSError as error:
        said = error.strerror or type(error).__name__
        yield ReadFailure(name, "unreadable", f"文件打不开：{said} · cannot open the file: {said}")
    except UnreadableFile as error:
        yield ReadFailure.of(name, error)
    else:
        yield from read_bytes(data, name, limits=limits)


def _most_bytes(path: Path, limits: Limits) -> int:
    """Archives may be larger than one document."""
    with path.open("rb") as stream:
        return limits.max_expanded if stream.read(4) == b"PK\x03\x04" else limits.max_bytes


def _printable(name: str) -> str:
    """A name with bytes that are no UTF-8 as text: GB names first."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            return raw.decode("utf-8", errors="replace")
    return name


def read_bytes(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[SourceDocument | ReadFailure]:
    """Every document in these bytes; `name` is how they are called in results."""
    yield from _read(data, name, Budget(limits), depth=0)


def _read(data: bytes, name: str, budget: Budget, depth: int) -> Iterator[SourceDocument | ReadFailure]:
    try:
        form = form_of(data)
        if form is Form.ZIP:
            yield from _read_archive(data, name, budget, depth)
        else:
            yield _read_guarded(data, name, form, budget.limits)
    except UnreadableFile as error:
        yield ReadFailure.of(name, error)


def _read_guarded(data: bytes, name: str, form: Form, limits: Limits) -> SourceDocument | ReadFailure:
    """One document; what a format library throws at a hostile file must not end the batch."""
    try:
        return read_one(data, name, form, limits)
    except UnreadableFile as error:
        return ReadFailure.of(name, error)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:200]
        return ReadFailure(
            name, "unexpected", f"读取时出错：{said} · reading failed: {said}", "请报告这个问题 · please report this"
        )


def _read_archive(data: bytes, name: str, budget: Budget, depth: int) -> Iterator[SourceDocument | ReadFailure]:
    limits = budget.limits
    if depth >= limits.max_depth:
        raise refuse(
            "too_deep",
            f"压缩包嵌套超过 {limits.max_depth} 层",
            f"archives are nested more than {limits.max_depth} deep",
            "先解压 · unpack it first",
        )
    with open_package(data) as package:
        members = _members(package)
        if not members:
            raise refuse(
                "empty",
                "压缩包里没有可以读的文件",
                "the archive holds no file that can be read",
                "检查压缩包内容 · look into the archive",
            )
        for inner, info in members:
            budget.members_left -= 1
            if budget.members_left < 0:
                raise refuse(
                    "zip_bomb",
                    f"压缩包里超过 {limits.max_members} 个文件",
                    f"the archive has more than {limits.max_members} files",
                    "分成几个压缩包 · split the archive",
                )
            full = f"{name}!/{inner}"
            try:
                content = read_member(package, info, budget)
            except UnreadableFile as error:
                yield ReadFailure.of(full, error)
                if budget.bytes_left < 0:
                    return
                continue
            yield from _read(content, full, budget, depth + 1)


def _members(package: ZipFile) -> list[tuple[str, ZipInfo]]:
    """Name and entry of each file that may be a report, by name; nothing is written, so a way out of the archive
    (../, /) is only left out of the name.
    """
    members = []
    for info in package.infolist():
        parts = [
            part for part in PurePosixPath(member_name(info).replace("\\", "/")).parts if part not in ("/", "//", "..")
        ]
        hidden = any(part in CLUTTER or part.startswith(".") for part in parts)
        if parts and not info.is_dir() and not hidden and worth_reading(parts[-1]):
            members.append(("/".join(parts), info))
    return sorted(members, key=lambda member: member[0])


def read_one(data: bytes, name: str, form: Form, limits: Limits) -> SourceDocument:
    """One document of a known form. Raises `UnreadableFile`."""
    if len(data) > limits.max_bytes:
        raise _too_large(len(data), limits)
    document = _READERS[form](data, name, limits)
    if len(document.text) > limits.max_characters:
        raise refuse(
            "too_large",
            f"文字有 {len(document.text)} 个，上限 {limits.max_characters} 个",
            f"expected at most {limits.max_characters} characters, got {len(document.text)}",
            "拆分后再读取 · split the file",
        )
    lines = document.text.count("\n") + 1
    if lines > limits.max_lines:
        raise refuse(
            "too_large",
            f"文字有 {lines} 行，上限 {limits.max_lines} 行",
            f"expected at most {limits.max_lines} lines, got {lines}",
            "拆分后再读取 · split the file",
        )
    if not document.text.strip():
        raise refuse("empty", "文件里没有文字", "the file holds no text", "检查文件内容 · look into the file")
    return document


def _too_large(size: int, limits: Limits) -> UnreadableFile:
    return refuse(
        "too_large",
        f"文件有 {size / MEGABYTE:.1f} MB，上限 {limits.max_bytes / MEGABYTE:g} MB",
        f"expected at most {limits.max_bytes / MEGABYTE:g} MB, got {size / MEGABYTE:.1f} MB",
        "只保留正文，或提高上限 · keep only the text, or raise the limit",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(data: bytes, name: str, limits: Limits) -> SourceDocument:
    text, encoding, warnings = decode(data)
    return SourceDocument(name, _sha256(data), FileKind.TEXT, text, encoding, (), warnings)


def _html(data: bytes, name: str, limits: Limits) -> SourceDocument:
    markup, encoding, warnings = decode(data, html_label(data))
    page = read_html(markup)
    return SourceDocument(name, _sha256(data), FileKind.HTML, page.text, encoding, page.hints, warnings, page.outside)


def _mhtml(data: bytes, name: str, limits: Limits) -> SourceDocument:
    content, label = mhtml_parts(data)
    markup, encoding, warnings = decode(content, label or html_label(content))
    page = read_html(markup)
    return SourceDocument(name, _sha256(data), FileKind.HTML, page.text, encoding, page.hints, warnings, page.outside)


def _docx(data: bytes, name: str, limits: Limits) -> SourceDocument:
    text, hints = read_docx(data, limits)
    return SourceDocument(name, _sha256(data), FileKind.DOCX, text, None, hints)


def _ole(data: bytes, name: str, limits: Limits) -> SourceDocument:
    kind = FileKind.WPS if name.lower().endswith(".wps") else FileKind.DOC
    return SourceDocument(name, _sha256(data), kind, read_word_binary(data, limits))


def _rtf(data: bytes, name: str, limits: Limits) -> SourceDocument:
    return SourceDocument(name, _sha256(data), FileKind.DOC, read_rtf(data))


def _pdf(data: bytes, name: str, limits: Limits) -> SourceDocument:
    pdf = read_pdf(data, limits)
    if not pdf.scanned:
        return SourceDocument(
            name, _sha256(data), FileKind.PDF, pdf.text, None, pdf.hints, pdf.warnings, (), pdf.full_lines
        )
    found = recognise_pdf(data, limits) if can_recognise() else PrintedText("")
    if not found.text:
        raise refuse(
            "scanned",
            "这是扫描件，没有文字层",
            "a scanned pdf without a text layer",
            '安装文字识别：pip install "bijian[ocr]" · install text recognition: pip install "bijian[ocr]"',
        )
    warning = "文字由识别得到，可能有错字 · the text was recognised from pictures and may contain errors"
    return SourceDocument(name, _sha256(data), FileKind.PDF, found.text, None, pdf.hints, (warning,), (), found.full)


def _ofd(data: bytes, name: str, limits: Limits) -> SourceDocument:
    found = read_ofd(data, limits)
    return SourceDocument(name, _sha256(data), FileKind.OFD, found.text, full_lines=found.full)


_READERS = {
    Form.TEXT: _text,
    Form.HTML: _html,
    Form.MHTML: _mhtml,
    Form.DOCX: _docx,
    Form.OLE: _ole,
    Form.RTF: _rtf,
    Form.PDF: _pdf,
    Form.OFD: _ofd,
}
