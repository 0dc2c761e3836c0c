"""Text under work that remembers where each of its characters stood in the source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embed.reading.document import Removal, RemovalReason

__all__ = ["Edit", "Line", "TrackedText"]


class Edit(NamedTuple):
    """Characters start … end − 1 of the present text give way to `replacement`.

    Without a reason nothing is recorded: that is for white space, which no reader misses.
    """

    start: int
    end: int
    reason: RemovalReason | None
    replacement: str = ""
    places: tuple[int, ...] | None = None  # of each new character, counted from `start`; evenly spread when not given


class Line(NamedTuple):
    """One line of the present text; `start` is its offset, `end` the offset of its line feed."""

    start: int
    end: int
    text: str


class TrackedText:
    """A text, the source offset of each of its characters, and what was taken out so far.

    `origin` has shape (len(text),), dtype int32, and never decreases.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.text = source
        self.origin: NDArray[np.int32] = np.arange(len(source), dtype=np.int32)
        self.removals: list[Removal] = []
        self._lines: tuple[Line, ...] | None = None  # of the present text

    def substitute(self, text: str) -> None:
        """Put a text of the same length in place, character for character."""
        if len(text) != len(self.text):
            raise ValueError(f"expected a text of {len(self.text)} characters, got {len(text)}")
        if text != self.text:
            self.text, self._lines = text, None

    def lines(self) -> tuple[Line, ...]:
        """Every line of the present text."""
        if self._lines is None:
            start = 0
            lines = []
            for text in self.text.split("\n"):
                end = start + len(text)
                lines.append(Line(start, end, text))
                start = end + 1
            self._lines = tuple(lines)
        return self._lines

    def apply(self, edits: Iterable[Edit]) -> None:
        """Carry out edits, which must be in order and must not overlap."""
        texts: list[str] = []
        origins: list[NDArray[np.int32]] = []
        done = 0
        for edit in edits:
            if not done <= edit.start < edit.end <= len(self.text):
                raise ValueError(f"edit {edit.start}:{edit.end} overlaps an earlier one or leaves the text")
            texts += (self.text[done : edit.start], edit.replacement)
            origins.append(self.origin[done : edit.start])
            if edit.replacement:
                origins.append(self._replacement_origin(edit))
            if edit.reason is not None:
                self._record(edit, edit.reason)
            done = edit.end
        if not texts:
            return
        texts.append(self.text[done:])
        origins.append(self.origin[done:])
        self.text, self._lines = "".join(texts), None
        self.origin = np.concatenate(origins)

    def _replacement_origin(self, edit: Edit) -> NDArray[np.int32]:
        """Spread the new characters over the old ones, so that first and last stay at the ends."""
        if edit.places is not None:
            return self.origin[edit.start + np.asarray(edit.places, dtype=np.int64)]
        new, old = len(edit.replacement), edit.end - edit.start
        steps = np.arange(new, dtype=np.int64) * (old - 1) // max(1, new - 1)
        return self.origin[edit.start + steps]

    def _record(self, edit: Edit, reason: RemovalReason) -> None:
        start = int(self.origin[edit.start])
        end = int(self.origin[edit.end - 1]) + 1
        if reason is not RemovalReason.LINE_BREAK or end - start == edit.end - edit.start:
            self.removals.append(Removal(start, end, reason, self.source[start:end], edit.replacement))
            return
        # A page number between the two lines has its own record: list only what is removed here.
        offsets = self.origin[edit.start : edit.end]
        for run in np.split(offsets, np.flatnonzero(np.diff(offsets) > 1) + 1):
            start, end = int(run[0]), int(run[-1]) + 1
            self.removals.append(Removal(start, end, reason, self.source[start:end]))

    def outermost_removals(self) -> tuple[Removal, ...]:
        """All removals in source order, without those that lie wholly inside a later, larger one."""
        kept: list[Removal] = []
        for removal in sorted(self.removals, key=lambda r: (r.start, -r.end)):
            if not kept or removal.end > kept[-1].end:
                kept.append(removal)
        return tuple(kept)
