"""Word 97–2003 and WPS documents to text, straight from their piece table; older ones through a converter."""

from __future__ import annotations

import re
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from embed.exceptions import UnreadableFile
from embed.reading.decoding import decode
from embed.reading.kinds import refuse
from embed.reading.limits import Limits
from embed.reading.tables import table_lines
from embed.reading.word_numbers import WordNumbers

__all__ = ["read_word_binary"]

WORD_MARK = 0xA5EC
ENCRYPTED, WHICH_TABLE = 0x0100, 0x0200
OLDEST_WITH_PIECES = 0xC1  # Word 97
TEXT_LENGTH_AT, CLX_AT = 0x4C, 0x1A2
PARAGRAPH = re.compile("[^\r\x07]*[\r\x07]|[^\r\x07]+")
FIELD = re.compile("\x13[^\x13\x14\x15]*\x14?|\x15")
HINT = "安装 LibreOffice 或 antiword，或另存为 docx · install LibreOffice or antiword, or save the file as docx"


def read_word_binary(data: bytes, limits: Limits) -> str:
    """Text of a .doc or .wps. Raises `UnreadableFile` (`encrypted`, `unsupported`, `needs_converter`, `corrupt`)."""
    streams = _streams(data)
    if "EncryptedPackage" in streams:
        raise refuse("encrypted", "文档有密码保护", "protected by a password", "解除密码后再读取 · remove the password")
    main = streams.get("WordDocument")
    if main is None:
        raise refuse(
            "unsupported",
            "不是文字文档（可能是表格或幻灯片）",
            "an office file that is no text document",
            "另存为 docx 或 pdf · save it as docx or pdf",
        )
    try:
        text = _piece_text(main, streams)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise refuse("corrupt", "文档结构已损坏", "the document's structure is damaged", HINT) from error
    if text is None:
        return _converted(data, limits)
    return "\n".join(_lines(text))


def _streams(data: bytes) -> dict[str, bytes]:
    import olefile

    wanted = ("WordDocument", "0Table", "1Table", "EncryptedPackage")
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            return {name: container.openstream(name).read() for name in wanted if container.exists(name)}
    except (OSError, ValueError, IndexError, struct.error, TypeError, RecursionError) as error:
        raise refuse(
            "corrupt", "文档容器已损坏", "the document's container is damaged", "重新下载 · fetch it again"
        ) from error


def _piece_text(main: bytes, streams: dict[str, bytes]) -> str | None:
    """The characters of the main text, or None for a Word older than 97."""
    mark, version = struct.unpack_from("<HH", main, 0)
    flags = struct.unpack_from("<H", main, 10)[0]
    if flags & ENCRYPTED:
        raise refuse("encrypted", "文档有密码保护", "protected by a password", "解除密码后再读取 · remove the password")
    if mark != WORD_MARK or version < OLDEST_WITH_PIECES:
        return None
    length = struct.unpack_from("<i", main, TEXT_LENGTH_AT)[0]
    at, size = struct.unpack_from("<II", main, CLX_AT)
    table = streams["1Table" if flags & WHICH_TABLE else "0Table"]
    numbers = WordNumbers(main, table)
    parts: list[str] = []
    left = length
    opens = True  # whether a paragraph begins here
    for characters, offset, narrow in _pieces(table[at : at + size]):
        count = min(characters, left)
        raw = main[offset : offset + (count if narrow else 2 * count)]
        text = raw.decode("cp1252" if narrow else "utf-16-le", errors="replace")
        for found in PARAGRAPH.finditer(text):
            if opens:
                parts.append(numbers.mark(offset + found.start() * (1 if narrow else 2)))
            parts.append(found.group())
            opens = found.group()[-1] in "\r\x07"
        left -= count
        if left <= 0:
            break
    return "".join(parts)


def _pieces(clx: bytes) -> Iterator[tuple[int, int, bool]]:
    """Length in characters, offset in the main stream, and whether one byte is one character."""
    position = 0
    while clx[position] == 1:
        position += 3 + struct.unpack_from("<H", clx, position + 1)[0]
    size = struct.unpack_from("<I", clx, position + 1)[0]
    table = clx[position + 5 : position + 5 + size]
    count = (len(table) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", table, 0)
    for i in range(count):
        place = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * i + 2)[0]
        narrow = bool(place & 0x40000000)
        offset = place & 0x3FFFFFFF
        yield max(0, bounds[i + 1] - bounds[i]), offset // 2 if narrow else offset, narrow


def _lines(text: str) -> Iterator[str]:
    r"""Paragraphs; cells end in \\x07 and rows in one more."""
    text = FIELD.sub("", text).replace("\x0b", "\r").replace("\x1e", "-").replace("\x1f", "").replace("\x0c", "\r\f\r")
    rows: list[list[str]] = []
    row: list[str] = []
    for paragraph in text.split("\r"):
        cells = paragraph.split("\x07")
        for cell in cells[:-1]:
            if cell == "" and row:
                rows.append(row)
                row = []
            else:
                row.append(cell)
        if cells[-1]:
            if row:
                row.append(cells[-1])
                continue
            yield from table_lines(rows)
            rows = []
            yield cells[-1].strip("\x00\x01\x02\x08")
    yield from table_lines([*rows, row] if row else rows)


def _converted(data: bytes, limits: Limits) -> str:
    """The text that an installed converter finds, within `limits.converter_seconds`."""
    program = next((p for p in ("antiword", "catdoc", "soffice", "libreoffice") if shutil.which(p)), None)
    if program is None:
        raise refuse("needs_converter", "旧版 Word 文档需要转换程序", "a document of this age needs a converter", HINT)
    with tempfile.TemporaryDirectory(prefix="bijian-") as folder:
        source = Path(folder, "source.doc")
        source.write_bytes(data)
        if program in ("antiword", "catdoc"):
            options = ["-m", "UTF-8.txt", "-w", "0"] if program == "antiword" else ["-d", "utf-8", "-w"]
            return decode(_run([program, *options, str(source)], limits))[0]
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        target = "txt:Text (encoded):UTF8"
        _run([program, profile, "--headless", "--convert-to", target, "--outdir", folder, str(source)], limits)
        result = Path(folder, "source.txt")
        if not result.exists():
            raise refuse("corrupt", "转换没有结果", "the converter gave no text", HINT)
        return decode(result.read_bytes()[: limits.max_bytes])[0]


def _run(command: list[str], limits: Limits) -> bytes:
    process: Any = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        output: bytes = process.communicate(timeout=limits.converter_seconds)[0]
    except subprocess.TimeoutExpired as error:
        with suppress(ProcessLookupError):
            import os

            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise refuse(
            "timeout",
            f"转换超过 {limits.converter_seconds:g} 秒",
            f"the converter took more than {limits.converter_seconds:g} seconds",
            HINT,
        ) from error
    if process.returncode:
        raise UnreadableFile("转换失败 · the converter failed", reason="corrupt", hint=HINT)
    return output
