"""Word lists of the package: sections of words parted by white space, # begins a comment."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["read_sections"]


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
