"""Members of zip packages: their true names, and their bytes within bounds."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from embed.exceptions import UnreadableFile
from embed.reading.decoding import FREQUENT
from embed.reading.kinds import refuse
from embed.reading.limits import MEGABYTE, Limits

__all__ = ["Budget", "member_name", "open_package", "read_member"]

UTF8_FLAG = 0x800
ENCRYPTED_FLAG = 0x1


class Budget:
    """What one file may still expand to, over all packages nested in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.bytes_left = limits.max_expanded
        self.members_left = limits.max_members

    def take(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise refuse(
                "zip_bomb",
                f"解压后超过 {self.limits.max_expanded // MEGABYTE} MB",
                f"the archive expands to more than {self.limits.max_expanded // MEGABYTE} MB",
                "分成几个压缩包 · split the archive",
            )


@contextmanager
def open_package(data: bytes) -> Iterator[zipfile.ZipFile]:
    """A zip package whose damage turns into `UnreadableFile` (`corrupt`)."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError) as error:
        raise refuse(
            "corrupt",
            f"压缩结构已损坏（{error}）",
            f"the zip structure is damaged ({error})",
            "重新下载 · fetch it again",
        ) from error


def read_member(package: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """The bytes of one member, never more than it declares and the limits allow."""
    limits = budget.limits
    if info.flag_bits & ENCRYPTED_FLAG:
        raise refuse("encrypted", "有密码保护", "protected by a password", "解除密码后再读取 · remove the password")
    if info.file_size > limits.max_bytes:
        raise _too_large(info.file_size, limits)
    if info.file_size > MEGABYTE and info.file_size > limits.max_ratio * max(1, info.compress_size):
        raise refuse(
            "zip_bomb",
            f"压缩比超过 {limits.max_ratio}",
            f"a part is packed more than {limits.max_ratio} times",
            "只打包报告文件 · pack only the reports",
        )
    with package.open(info) as stream:
        data = stream.read(min(info.file_size, limits.max_bytes) + 1)
    budget.take(len(data))
    if len(data) > limits.max_bytes:
        raise _too_large(len(data), limits)
    return data


def _too_large(size: int, limits: Limits) -> UnreadableFile:
    return refuse(
        "too_large",
        f"文件有 {size / MEGABYTE:.1f} MB，上限 {limits.max_bytes / MEGABYTE:g} MB",
        f"expected at most {limits.max_bytes / MEGABYTE:g} MB, got {size / MEGABYTE:.1f} MB",
        "只保留正文，或提高上限 · keep only the text, or raise the limit",
    )


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member: old Chinese packers write GB names without saying so."""
    if info.flag_bits & UTF8_FLAG or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    candidates = []
    for order, encoding in enumerate(("utf-8", "gb18030", "big5hkscs")):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        candidates.append((encoding == "utf-8", sum(c in FREQUENT for c in name), -order, name))
    return max(candidates)[3] if candidates else info.filename
