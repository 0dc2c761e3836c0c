"""Older containers: rich text (rtf, often named .doc) and web archives (mhtml)."""

from __future__ import annotations

import re

from embed.reading.kinds import refuse

__all__ = ["mhtml_parts", "read_rtf"]

TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n\f\n", b"tab": "\t", b"cell": " | "}
SIGNS = {
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
}
DESTINATIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict header footer headerl headerr footerl footerr object themedata datastore "
    b"listtable listoverridetable rsidtbl generator xmlnstbl latentstyles fldinst".split()
)


def read_rtf(data: bytes) -> str:
    """The running text of an rtf. Bytes are read as GB18030, which Chinese writers use; one pass, linear."""
    reader = _RtfReader()
    for match in TOKEN.finditer(data):
        reader.take(match)
    reader.flush()
    return "".join(reader.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _RtfReader:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.pending = bytearray()
        self.skip = [False]  # one entry for each open group
        self.swallow = 0  # characters that stand in for the \\u before them

    def flush(self) -> None:
        if self.pending:
            self.out.append(self.pending.decode("gb18030", errors="replace"))
            self.pending.clear()

    def take(self, match: re.Match[bytes]) -> None:
        code, word, number, symbol, brace, plain = match.groups()
        if brace == b"{":
            self.skip.append(self.skip[-1])
        elif brace == b"}":
            del self.skip[max(1, len(self.skip) - 1) :]
        elif symbol == b"*" or word in DESTINATIONS:
            self.skip[-1] = True
        elif not self.skip[-1]:
            self._content(code, word, number, symbol or plain or b"")

    def _content(self, code: bytes | None, word: bytes | None, number: bytes | None, plain: bytes) -> None:
        if word is not None:
            self.flush()
            if word == b"u" and number is not None:
                self.out.append(chr(int(number) % 65536))
                self.swallow = 1
            else:
                self.out.append(BREAKS.get(word) or SIGNS.get(word) or "")
            return
        found = bytes([int(code, 16)]) if code is not None else b" " if plain == b"~" else plain
        self.pending.extend(found[self.swallow :])
        self.swallow = max(0, self.swallow - len(found))


def mhtml_parts(data: bytes) -> tuple[bytes, str | None]:
    """The page inside a web archive and the encoding it claims."""
    from email import message_from_bytes

    message = message_from_bytes(data)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return content, part.get_content_charset()
    raise refuse(
        "empty", "网页存档里没有网页", "the web archive holds no page", "重新保存为 html · save the page as html"
    )
