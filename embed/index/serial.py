"""A report as compressed JSON and back, for the catalog."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from datetime import date
from typing import Any

from embed.index.tables import metadata_from_json, metadata_to_json
from embed.reading.document import Removal, RemovalReason
from embed.structure.facts import Facts
from embed.structure.report import (
    Candidate,
    Evidence,
    Level,
    Metadata,
    Passage,
    Region,
    Report,
    ReportKind,
    Role,
    Section,
)

__all__ = ["facts_from_json", "facts_to_json", "pack_report", "unpack_report"]

_LEVEL = 6


def pack_report(report: Report) -> bytes:
    """Everything that is known about a report, as zlib-compressed JSON; the same report gives the same bytes."""
    value = {
        "id": report.id,
        "file": report.file,
        "sha256": report.sha256,
        "source_text": report.source_text,
        "metadata": metadata_to_json(report.metadata),
        "evidence": [list(asdict(e).values()) for e in report.metadata.evidence],
        "candidates": [list(asdict(c).values()) for c in report.metadata.candidates],
        "sections": [[s.ordinal, s.parent, s.depth, s.number, s.heading, s.start, s.end] for s in report.sections],
        "passages": [_passage_out(p) for p in report.passages],
        "removals": [[r.start, r.end, str(r.reason), r.text, r.replacement] for r in report.removals],
        "warnings": list(report.warnings),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack_report(data: bytes) -> Report:
    """The inverse of `pack_report`."""
    value: dict[str, Any] = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    plain = metadata_from_json(value["metadata"])
    metadata = Metadata(
        **{
            name: getattr(plain, name)
            for name in Metadata.__dataclass_fields__
            if name not in ("evidence", "candidates")
        },
        evidence=tuple(Evidence(*e) for e in value["evidence"]),
        candidates=tuple(Candidate(*c) for c in value["candidates"]),
    )
    return Report(
        id=value["id"],
        file=value["file"],
        sha256=value["sha256"],
        source_text=value["source_text"],
        metadata=metadata,
        sections=tuple(Section(*s) for s in value["sections"]),
        passages=tuple(_passage_in(p) for p in value["passages"]),
        removals=tuple(Removal(r[0], r[1], RemovalReason(r[2]), r[3], r[4]) for r in value["removals"]),
        warnings=tuple(value["warnings"]),
    )


def _passage_out(p: Passage) -> list[object]:
    return [p.ordinal, str(p.role), p.role_confidence, p.start, p.end, p.text, list(p.heading), p.section]


def _passage_in(p: list[Any]) -> Passage:
    return Passage(p[0], Role(p[1]), p[2], p[3], p[4], p[5], tuple(p[6]), p[7])


def facts_to_json(facts: Facts | None) -> str:
    """What is known about a file, as JSON text with sorted keys; `null` for nothing."""
    if facts is None:
        return "null"
    value = {name: v for name, v in asdict(facts).items() if v is not None}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def facts_from_json(text: str) -> Facts | None:
    """The inverse of `facts_to_json`."""
    value: dict[str, Any] | None = json.loads(text)
    if value is None:
        return None
    readers: dict[str, Any] = {
        "region": lambda v: Region(**v),
        "published": date.fromisoformat,
        "level": Level,
        "kind": ReportKind,
    }
    return Facts(**{name: readers.get(name, lambda v: v)(v) for name, v in value.items()})
