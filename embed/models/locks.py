"""Build a folder once: whoever comes second waits, and nobody ever sees half of it."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embed.exceptions import DiskFull, ModelError

__all__ = ["build_once"]


def build_once(folder: Path, build: Callable[[Path], None]) -> bool:
    """Have `build` fill a temporary folder, then rename it to `folder`; do nothing when that exists. True if built.

    A lock file beside the folder keeps a second process waiting until the first is done. A process killed while
    building leaves a temporary folder, which the next one removes.

    Raises:
        DiskFull: there is no room; nothing is left behind.
        ModelError: the folder cannot be written.
    """
    if folder.is_dir():
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.parent / f".{folder.name}.lock"):
            if folder.is_dir():
                return False
            for left in folder.parent.glob(f".{folder.name}.part-*"):
                shutil.rmtree(left, ignore_errors=True)
            _build(folder, build)
            return True
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"the disk has no room to build {folder}.",
                hint="Make room, or choose another place with --cache or BIJIAN_CACHE.",
            ) from error
        raise ModelError(
            f"{folder} cannot be built: {error}.", hint="Choose a writable place with --cache or BIJIAN_CACHE."
        ) from error


def _build(folder: Path, build: Callable[[Path], None]) -> None:
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.part-", dir=folder.parent))
    try:
        build(part)
        part.chmod(0o755)
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
