"""How much one read may cost, and what is said about a document that was not read."""

from __future__ import annotations

from dataclasses import dataclass

from embed.exceptions import UnreadableFile

__all__ = ["DEFAULT_LIMITS", "Limits", "ReadFailure"]

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one read. Higher values read larger documents and cost more memory and time.

    Every bound is checked before the bytes behind it are expanded, so a small file cannot ask for a lot of memory.
    """

    max_bytes: int = 64 * MEGABYTE  # of one document
    max_characters: int = 12_000_000  # of one document's text
    max_lines: int = 1_000_000  # of one document's text
    max_pages: int = 2_000  # of one pdf or ofd
    max_scanned_pages: int = 100  # of one pdf whose text must be recognised, at seconds a page
    max_members: int = 200_000  # of one archive, nested ones included
    max_expanded: int = 4_096 * MEGABYTE  # all members of one archive together
    max_ratio: int = 200  # expanded bytes per packed byte, for parts of more than one megabyte
    max_depth: int = 3  # archives inside archives
    converter_seconds: float = 25.0  # an external converter and the pages of a pdf are given up after this


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A document that was not read. `reason` is a stable word; `message` says it in Chinese, then English."""

    name: str
    reason: str
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, name: str, error: UnreadableFile) -> ReadFailure:
        return cls(name, error.reason, error.message, error.hint)
