"""Word lists of the package: sections of words parted by white space, # begins a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

__all__ = ["any_of", "read_sections"]


@cache
def read_sections(name: str) -> dict[str, list[str]]:
    """The sections of `data/<name>`, each a list of words in the order of the file."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    text = files("embed.reading").joinpath("data", name).read_text(encoding="utf-8")
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
        else:
            current.extend(line.split())
    return sections


class _Branch(dict[str, "_Branch"]):
    """The characters that may follow, each with what follows it; `final` where a word may end."""

    final = False


def any_of(words: Iterable[str]) -> str:
    """A pattern for the longest of these words, shaped as a tree: its cost does not grow with their number."""
    root = _Branch()
    for word in words:
        branch = root
        for character in word:
            branch = branch.setdefault(character, _Branch())
        branch.final = True
    return _pattern(root)


def _pattern(branch: _Branch) -> str:
    choices = [re.escape(character) + _pattern(after) for character, after in sorted(branch.items())]
    if not choices:
        return ""
    return f"(?:{'|'.join(choices)}){'?' if branch.final else ''}"
