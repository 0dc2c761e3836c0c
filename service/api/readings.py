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
    key = generation.report_at(row).reading
    catalog = Catalog(store.path / "catalog.sqlite")
    try:
        found = catalog.run("SELECT data FROM readings WHERE key = ?", (key,))
        return unpack_report(found[0][0]) if found else _by_spans(catalog, generation, row)
    finally:
        catalog.close()


def _by_spans(catalog: Catalog, generation: Generation, row: int) -> Report:
    """The reading of a report whose key is not there, as in a catalog that was rebuilt: it has the same passages."""
    name, rows = generation.report_id(row), generation.passages_of(row)
    columns = generation.passages.start, generation.passages.end
    spans = list(zip(*(column[rows.start : rows.stop] for column in columns), strict=True))
    for (data,) in catalog.run("SELECT data FROM readings WHERE report = ? ORDER BY key", (name,)):
        reading = unpack_report(data)
        if [(p.start, p.end) for p in reading.passages] == spans:
            return reading
    raise StoreCorrupt(f"the catalog holds no reading of {name}.", hint="Run `bijian store verify`.")
