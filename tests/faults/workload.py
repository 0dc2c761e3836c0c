"""What the fault suite does to a store: one writer's run that touches every stage, and what must hold afterwards."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from embed.index import Store, upkeep
from embed.pipeline import IndexOptions, index_files
from tests.helpers.stores import HashEncoder

PLACES = ("安居区", "船山区", "大英县", "蓬溪县", "射洪市", "荷塘镇")
TOPICS = ("人民调解化解矛盾", "落实行政执法三项制度", "重大决策合法性审查", "普法宣传进乡村", "更新政务公开目录")


def write_files(folder: Path, version: int) -> list[Path]:
    """Six reports; in version 2 one is changed, one is new and one is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    chosen = PLACES[:5] if version == 1 else (*PLACES[:1], *PLACES[2:])
    for place in chosen:
        lines = [f"{place}2024年法治政府建设年度报告", "", "一、主要举措和成效"]
        lines += [f"({'一二三四五'[i]}){t}。{place}扎实推进{t}，取得明显成效。" for i, t in enumerate(TOPICS)]
        if version == 2 and place == PLACES[0]:
            lines.append("(六)开展行政复议。依法办理行政复议案件，及时纠正违法行为。")
        lines += ["二、存在的问题", "执法人员力量不足，业务培训有待加强。"]
        (folder / f"{place}.txt").write_text("\n".join(lines), encoding="utf-8")
    return sorted(folder.iterdir())


def run(store: Path, folder: Path, after_step: Callable[[], None] = lambda: None) -> None:
    """The writer's whole run: index with pruning, correct, compact."""
    opened = Store.open(store, create=True)
    index_files(opened, [folder], HashEncoder(16), options=IndexOptions(prune=True))
    after_step()
    with opened.current() as generation:
        report = generation.report_id(0)
    upkeep.correct(opened, report, {"year": "2023"}, who="test", why="test")
    after_step()
    upkeep.compact(opened)
    after_step()


def content(store: Path) -> str:
    """Everything that the current generation says, as one text; opening checks sizes."""
    with Store.open(store).current() as generation:
        reports = [generation.report_at(row) for row in range(len(generation.reports))]
        passages = generation.passages_at(range(len(generation.passages)))
        found = generation.search(generation.vectors, 3) if passages else None
    value = [
        [(r.id, r.file, str(r.metadata.year), r.passages) for r in reports],
        [(p.id, p.text, p.start, p.end, str(p.role)) for p in passages],
        None if found is None else found.rows.tolist(),
    ]
    return json.dumps(value, ensure_ascii=False)


_NAMES = "write fsync replace rename execute executemany mkdir rmdir unlink remove flock ftruncate pwrite close open"
CHANGES = frozenset(_NAMES.split())


class Faults:
    """Counts calls that can change the disk (files, folders, locks, SQLite), and acts just before one of them.

    The thread that writes beside the main one while a generation is built counts as well; others, which wait for one
    another, call now more and now less.
    """

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.count = 0
        self._at, self._act = at, act
        self._lock = threading.Lock()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        here = threading.current_thread()
        if here is not threading.main_thread() and not here.name.startswith("bijian-words"):
            return
        if event == "c_call" and getattr(argument, "__name__", "") in CHANGES:
            with self._lock:
                self.count += 1
                if self.count == self._at:
                    self._act()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Writes:
    """Counts writes through Python's files; at one of them half is written and the process dies, or it fails."""

    def __init__(self, at: int, number: int | None) -> None:
        self.count = 0
        self._at, self._number = at, number

    def install(self) -> None:
        outer, path_open = self, Path.open

        class Torn(io.BufferedWriter):
            def write(self, data: Any) -> int:
                outer.count += 1
                if outer.count == outer._at:
                    if outer._number is not None:
                        raise OSError(outer._number, os.strerror(outer._number))
                    super().write(bytes(data)[: len(bytes(data)) // 2])
                    self.flush()
                    die()
                return super().write(data)

        def opened(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            return Torn(io.FileIO(path, "wb")) if mode == "wb" else path_open(path, mode, *rest, **named)

        Path.open = opened  # type: ignore[method-assign,assignment]


def faulty_run(store: Path, folder: Path, kind: str, at: int) -> tuple[int, int]:
    """The writer's run with one fault; (calls that change the disk, writes) when it gets to its end.

    kind: `die` at the at-th call that changes the disk, `tear` (half of the at-th write, then die), `full` or
    `refused` (the at-th write fails). 0 counts only.
    """
    faults = Faults(at, die)
    writes = Writes(at, {"full": errno.ENOSPC, "refused": errno.EIO}.get(kind))
    if kind != "die":
        writes.install()
    sys.setprofile(faults if kind == "die" else None)
    threading.setprofile(faults if kind == "die" else None)
    try:
        run(store, folder)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return faults.count, writes.count
