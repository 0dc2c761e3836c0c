"""Every error that Bijian raises on purpose.

    BijianError
    ├── InputError              what the user gave cannot be used
    │   ├── UnreadableFile      one document cannot be read; a batch goes on without it
    │   ├── QueryError          a question, filter or id that has no meaning for this store
    │   └── SettingsError       a setting has a value that it cannot have
    ├── StoreError              the store on disk
    │   ├── StoreMissing        there is no store at this path
    │   ├── StoreVersion        the store was written by another version
    │   ├── StoreLocked         another process is writing to the store
    │   ├── StoreCorrupt        a file of the store is damaged
    │   └── DiskFull            the disk has no room left
    ├── ModelError              the model or its engine
    │   ├── ModelMissing        the model is not here and cannot be built
    │   ├── ModelCorrupt        a model file fails its checksum
    │   └── ModelMismatch       vectors of one model were offered to an index of another
    └── MissingDependency       an optional library or program is needed and not installed

Each class carries the process exit code that the command line ends with, and its kind in Chinese. A message says what
was expected and what came; `hint` says what to do next.
"""

from __future__ import annotations

__all__ = [
    "BijianError",
    "DiskFull",
    "InputError",
    "MissingDependency",
    "ModelCorrupt",
    "ModelError",
    "ModelMismatch",
    "ModelMissing",
    "QueryError",
    "SettingsError",
    "StoreCorrupt",
    "StoreError",
    "StoreLocked",
    "StoreMissing",
    "StoreVersion",
    "UnreadableFile",
]


class BijianError(Exception):
    """An error with a message for people and, where there is one, the next step."""

    exit_code = 1
    chinese = "出错"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def bilingual(self) -> str:
        """The message, Chinese first: with the kind of error in front where it is in English alone."""
        return self.message if " · " in self.message else f"{self.chinese} · {self.message}"


class InputError(BijianError):
    """What the user gave cannot be used."""

    exit_code = 2
    chinese = "输入有误"


class UnreadableFile(InputError):
    """One document cannot be read; `reason` is a short stable word such as `empty` or `encrypted`."""

    exit_code = 3
    chinese = "文件无法读取"

    def __init__(self, message: str, *, reason: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class QueryError(InputError):
    """A question, filter or id that has no meaning for this store."""

    chinese = "查询有误"


class SettingsError(InputError):
    """A setting has a value that it cannot have."""

    chinese = "设置有误"


class StoreError(BijianError):
    """Something is wrong with the store on disk."""

    exit_code = 4
    chinese = "存储无法使用"


class StoreMissing(StoreError):
    """There is no store at this path."""

    chinese = "没有可用的存储"


class StoreVersion(StoreError):
    """The store was written by another version of Bijian."""

    chinese = "存储的版本不符"


class StoreLocked(StoreError):
    """Another process is writing to the store."""

    exit_code = 5
    chinese = "存储正由别的进程写入"


class StoreCorrupt(StoreError):
    """A file of the store is damaged."""

    chinese = "存储有损坏"


class DiskFull(StoreError):
    """The disk has no room left."""

    chinese = "磁盘已满"


class ModelError(BijianError):
    """Something is wrong with the model or its engine."""

    exit_code = 6
    chinese = "模型无法使用"


class ModelMissing(ModelError):
    """The model is not here and cannot be built."""

    chinese = "缺少模型"


class ModelCorrupt(ModelError):
    """A model file fails its checksum."""

    chinese = "模型文件有损坏"


class ModelMismatch(ModelError):
    """Vectors of one model were offered to an index of another."""

    chinese = "模型不一致"


class MissingDependency(BijianError):
    """An optional library or program is needed and not installed."""

    exit_code = 7
    chinese = "缺少组件"
