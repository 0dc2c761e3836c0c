"""A report as it was read: its source text, outline, evidence and what was cleaned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embed.exceptions import StoreCorrupt
from embed.index.catalog import Catalog
from embed.index.serial import unpack_report

if TYPE_CHECKING:
    from embed.index import Generation, Store
    from embed.structure.report import Report

__all__ = ["reading_of"]


def reading_of(store: Store, generation: Generation, row: int) -> Report:
    """The reading that the report in a row of this generation was made from.

    Raises:
        StoreCorrupt: the catalog does not hold it.
    """
    name = generation.report_id(row)
    rows = generation.passages_of(row)
    spans = list(
        zip(
            generation.passages.start[rows.start : rows.stop],
            generation.passages.end[rows.start : rows.stop],
            strict=True,
        )
    )
    catalog = Catalog(store.path / "catalog.sqlite")
    try:
        found = catalog.run("SELECT data FROM readings WHERE report = ? ORDER BY key", (name,))
    finally:
        catalog.close()
    readings = [unpack_report(data) for (data,) in found]
    # A file that was read again under newer rules has several readings: the one with this generation's spans it is.
    for reading in readings:
        if [(p.start, p.end) for p in reading.passages] == spans:
            return reading
    raise StoreCorrupt(f"the catalog holds no reading of {name}.", hint="Run `bijian store verify`.")
