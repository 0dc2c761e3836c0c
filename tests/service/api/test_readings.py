"""The reading that a report of a generation was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import StoreCorrupt
from embed.index import Store
from embed.index.catalog import Catalog
from embed.structure.report import Role
from service.api.readings import reading_of
from tests.helpers.stores import make_report, make_store

REPORT = make_report("a.txt", [(Role.MEASURE, "人民调解三十件。"), (Role.PROBLEM, "人员不足。")])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_store(tmp_path / "store", [REPORT])


def run(store: Store, statement: str) -> None:
    catalog = Catalog(store.path / "catalog.sqlite")
    catalog.run(statement)
    catalog.close()


def test_a_reading_is_found_by_the_key_that_the_generation_names(store: Store) -> None:
    with store.current() as generation:
        assert reading_of(store, generation, 0).source_text == REPORT.source_text


def test_in_a_rebuilt_catalog_it_is_found_by_its_passages(store: Store) -> None:
    run(store, "UPDATE readings SET key = 'another'")

    with store.current() as generation:
        assert reading_of(store, generation, 0).source_text == REPORT.source_text


def test_a_reading_that_is_gone_is_named(store: Store) -> None:
    run(store, "DELETE FROM readings")

    with store.current() as generation, pytest.raises(StoreCorrupt, match=REPORT.id):
        reading_of(store, generation, 0)
