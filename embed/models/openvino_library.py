"""Import OpenVINO without its telemetry."""

from __future__ import annotations

import sys
from threading import Lock
from types import ModuleType
from typing import Any, TypeAlias

__all__ = ["openvino_library"]

Library: TypeAlias = Any  # the module openvino, which has no types of its own
TELEMETRY = "openvino_telemetry"

_importing = Lock()


def openvino_library() -> Library:
    """The module `openvino`.

    On import it would send an event to an analytics service from a child process, and leave an identifier in the
    user's home. Its telemetry is a package of its own; where that cannot be imported, OpenVINO does nothing of this.

    Raises:
        ImportError: openvino is not installed.
    """
    with _importing:
        if "openvino" not in sys.modules:
            _import_without_telemetry()
    import openvino

    return openvino


def _import_without_telemetry() -> None:
    before = sys.modules.get(TELEMETRY)
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    modules[TELEMETRY] = None  # an import of it fails
    try:
        import openvino  # noqa: F401
    finally:
        del modules[TELEMETRY]
        if before is not None:
            modules[TELEMETRY] = before
