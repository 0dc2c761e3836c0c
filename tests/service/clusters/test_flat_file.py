"""Passages with clusters as a table for other programs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from embed.index import Store
from embed.structure.report import Role
from service.clusters import POOLS, load
from service.clusters.flat_file import COLUMNS, write_flat
from tests.helpers.stores import HashEncoder, make_report, make_store

PASSAGES = [
    (Role.MEASURE, "健全人民调解组织网络，排查化解邻里矛盾纠纷"),
    (Role.MEASURE, "=1+1人民调解员排查化解邻里矛盾纠纷"),
    (Role.BACKGROUND, "现将有关情况报告如下。"),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = [make_report(str(n), [*PASSAGES, (Role.MEASURE, f"组织执法资格考试{n}次")]) for n in range(3)]
    return make_store(tmp_path / "store", made)


def test_a_csv_has_a_row_for_every_passage_and_no_formula(store: Store, tmp_path: Path) -> None:
    clustering = load(store, roles=tuple(POOLS), encoder=HashEncoder)
    with store.current() as generation:
        path = write_flat(generation, clustering, tmp_path / "out", "csv")

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 12
    assert [row["text"] for row in rows if row["text"].startswith("'")] == ["'" + PASSAGES[1][1]] * 3
    assert not [row for row in rows if row["text"].startswith("=")]
    assert {row["cluster"] for row in rows if row["role"] == "background"} == {""}
    assert "M0001" in {row["cluster"] for row in rows}


def test_parquet_holds_the_vectors_of_the_generation(store: Store, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    clustering = load(store, roles=tuple(POOLS), encoder=HashEncoder)
    with store.current() as generation:
        table = pq.read_table(write_flat(generation, clustering, tmp_path / "out", "parquet"))
        vectors = np.array(table["vector"].to_pylist(), np.float32)

        assert table.column_names == [*COLUMNS, "vector"]
        assert np.array_equal(vectors, np.asarray(generation.vectors))
        assert table["passage"].to_pylist() == [generation.passage_id(row) for row in range(12)]
