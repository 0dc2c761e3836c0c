"""One trial of the fault suite: a copy of a store, a writer that meets a fault in a process of its own, a judgement."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from embed.exceptions import BijianError
from embed.index import Store
from embed.index.verify import verify
from tests.faults import workload

__all__ = ["Ground", "Trial", "try_fault"]

REFUSED = 9  # the writer ended with one of the product's own errors


class Ground:
    """A store with the first version of the files, the files in their second version, and what may be seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.store = folder / "store"
        workload.write_files(self.files, 1)
        workload.run(self.store, self.files)
        before = workload.content(self.store)
        workload.write_files(self.files, 2)
        self.allowed = [before, *self._stages()]
        self.final = self.allowed[-1]

    def _stages(self) -> list[str]:
        """What the store says after each step of an undisturbed run."""
        copy = self.copy("stages")
        seen: list[str] = []
        workload.run(copy, self.files, lambda: seen.append(workload.content(copy)))
        return seen

    def copy(self, name: str) -> Path:
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.store, target)
        return target

    def count(self, kind: str) -> int:
        """How many moments of a kind an undisturbed run has."""
        copy, reading, writing = self.copy("count"), *os.pipe()
        child = os.fork()
        if child == 0:
            calls, writes = workload.faulty_run(copy, self.files, kind, 0)
            os.write(writing, str(calls if kind == "die" else writes).encode())
            os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        with os.fdopen(reading) as answer:
            return int(answer.read())


@dataclass(frozen=True)
class Trial:
    """How one trial ended. `state` is the place of what was seen in `Ground.allowed`; problems are empty when good."""

    kind: str
    at: int
    ended: str
    state: int
    problems: tuple[str, ...]


def try_fault(ground: Ground, kind: str, at: int) -> Trial:
    """Let the writer meet one fault; then the old or a new content is there whole, and a second run finishes."""
    copy = ground.copy("trial")
    ended = _in_child(copy, ground.files, kind, at)
    problems = [] if ended in ("killed", "refused", "finished") else [ended]
    try:
        seen = workload.content(copy)
        state = ground.allowed.index(seen) if seen in ground.allowed else -1
    except BijianError as error:
        state = -1
        problems.append(f"cannot be opened: {error.message}")
    if state < 0:
        problems.append("neither the old nor the new content")
    problems.extend(f"{d.file}: {d.what}" for d in verify(Store.open(copy)))
    workload.run(copy, ground.files)
    if workload.content(copy) != ground.final:
        problems.append("the second run did not reach the new content")
    problems.extend(f"after the second run, {d.file}: {d.what}" for d in verify(Store.open(copy)))
    return Trial(kind, at, ended, state, tuple(problems))


def _in_child(store: Path, files: Path, kind: str, at: int) -> str:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            workload.faulty_run(store, files, kind, at)
            code = 0
        except BijianError:
            code = REFUSED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGKILL else f"signal {os.WTERMSIG(status)}"
    return {0: "finished", REFUSED: "refused"}.get(os.WEXITSTATUS(status), f"exit code {os.WEXITSTATUS(status)}")
