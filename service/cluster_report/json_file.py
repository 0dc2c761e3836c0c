"""The cluster report as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from service.cluster_report.content import ClusterReport

__all__ = ["write_json"]


def write_json(content: ClusterReport) -> bytes:
    """The whole content model as one JSON object, UTF-8."""
    return (json.dumps(asdict(content), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
