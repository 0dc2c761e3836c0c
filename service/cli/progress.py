"""Progress bars with rate and time left, on standard error and only on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embed.pipeline import Stage

__all__ = ["Bars"]

_NAMES = {
    "hash": "校验 · checking",
    "read": "读取 · reading",
    "embed": "编码 · encoding",
    "build": "建立索引 · building",
}


class Bars:
    """A context manager that shows stages as bars; where standard error is no terminal it shows nothing."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )

    def __enter__(self) -> Bars:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, stage: Stage) -> None:
        """Bring one stage's bar up to date; may be called from several threads."""
        if self._progress is None:
            return
        task = self._tasks.get(stage.name)
        if task is None:
            task = self._tasks[stage.name] = self._progress.add_task(
                _NAMES.get(stage.name, stage.name), total=stage.total, rate=""
            )
        speed = next((t.speed for t in self._progress.tasks if t.id == task), None)
        rate = f"{speed:.0f}/s" if speed else ""
        self._progress.update(task, completed=stage.done, total=stage.total, rate=rate)
