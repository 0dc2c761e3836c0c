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

Each class carries the process exit code that the command line ends with. A message says what was expected and what
came; `hint` says what to do next.
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

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(BijianError):
    """What the user gave cannot be used."""

    exit_code = 2


class UnreadableFile(InputError):
    """One document cannot be read; `reason` is a short stable word such as `empty` or `encrypted`."""

    exit_code = 3

    def __init__(self, message: str, *, reason: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class QueryError(InputError):
    """A question, filter or id that has no meaning for this store."""


class SettingsError(InputError):
    """A setting has a value that it cannot have."""


class StoreError(BijianError):
    """Something is wrong with the store on disk."""

    exit_code = 4


class StoreMissing(StoreError):
    """There is no store at this path."""


class StoreVersion(StoreError):
    """The store was written by another version of Bijian."""


class StoreLocked(StoreError):
    """Another process is writing to the store."""

    exit_code = 5


class StoreCorrupt(StoreError):
    """A file of the store is damaged."""


class DiskFull(StoreError):
    """The disk has no room left."""


class ModelError(BijianError):
    """Something is wrong with the model or its engine."""

    exit_code = 6


class ModelMissing(ModelError):
    """The model is not here and cannot be built."""


class ModelCorrupt(ModelError):
    """A model file fails its checksum."""


class ModelMismatch(ModelError):
    """Vectors of one model were offered to an index of another."""


class MissingDependency(BijianError):
    """An optional library or program is needed and not installed."""

    exit_code = 7
