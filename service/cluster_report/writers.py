"""The formats of the cluster report and their writers."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path

from service.cluster_report.content import ClusterReport

__all__ = ["FORMATS", "write"]

FORMATS: Mapping[str, tuple[str, str]] = {
    "html": ("service.cluster_report.html", "write_html"),
    "md": ("service.cluster_report.markdown", "write_markdown"),
    "xlsx": ("service.cluster_report.excel", "write_excel"),
    "docx": ("service.cluster_report.word", "write_word"),
    "json": ("service.cluster_report.json_file", "write_json"),
}
"""Format → (module, function) of its writer, which takes the content and gives the file's bytes."""


def write(content: ClusterReport, folder: Path, forms: tuple[str, ...], *, name: str = "cluster-report") -> list[Path]:
    """Write the report in each of the formats as `name.format` into a folder; the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for form in forms:
        module, function = FORMATS[form]
        writer: Callable[[ClusterReport], bytes] = getattr(importlib.import_module(module), function)
        path = folder / f"{name}.{form}"
        path.write_bytes(writer(content))
        paths.append(path)
    return paths
