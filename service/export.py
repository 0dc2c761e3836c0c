"""Reports and passages as files for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embed.index import Generation, StoredReport

__all__ = ["export_jsonl"]

_BLOCK = 4096


def export_jsonl(generation: Generation, out: Path) -> tuple[int, int]:
    """Write `reports.jsonl` and `passages.jsonl` into a folder; return how many lines each has.

    Reports stand in the order of their file names, passages in the order of their report and place. The same content
    gives the same bytes, whatever the order in which it was indexed.
    """
    out.mkdir(parents=True, exist_ok=True)
    reports = sorted(
        (generation.report_at(row) for row in range(len(generation.reports))), key=lambda r: (r.file, r.id)
    )
    with (out / "reports.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for report in reports:
            lines.write(_line(_report(report)))
    count = 0
    with (out / "passages.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for report in reports:
            for value in _passages(generation, report):
                lines.write(_line(value))
                count += 1
    return len(reports), count


def _line(value: dict[str, Any]) -> str:
    # A text may hold half a surrogate pair that its source held; JSON can escape it, UTF-8 cannot hold it.
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value)
    return text + "\n"


def _report(report: StoredReport) -> dict[str, Any]:
    metadata, region = report.metadata, report.metadata.region
    return {
        "id": report.id,
        "file": report.file,
        "kind": str(metadata.kind),
        "title": metadata.title,
        "year": metadata.year,
        "published": metadata.published.isoformat() if metadata.published else None,
        "doc_number": metadata.doc_number,
        "level": str(metadata.level) if metadata.level else None,
        "department": metadata.department,
        "issuer": metadata.issuer,
        "region": {
            "province": region.province,
            "city": region.city,
            "county": region.county,
            "town": region.town,
            "code": region.code,
        },
        "url": metadata.url,
        "files": list(report.files),
        "duplicate_of": report.duplicate_of,
        "corrected": list(report.corrected),
    }


def _passages(generation: Generation, report: StoredReport) -> Iterator[dict[str, Any]]:
    rows = generation.passages_of(report.row)
    for begin in range(rows.start, rows.stop, _BLOCK):
        for passage in generation.passages_at(range(begin, min(begin + _BLOCK, rows.stop))):
            yield {
                "id": passage.id,
                "report": passage.report,
                "start": passage.start,
                "end": passage.end,
                "role": str(passage.role),
                "heading": list(passage.heading),
                "text": passage.text,
                "confidence": round(passage.confidence, 3),
            }
