"""LanceDB on given vectors, columns, queries and filters; prints one line of JSON. Run by `benchmarks.store`.

build VECTORS COLUMNS FOLDER       an IVF-HNSW-SQ index, as LanceDB recommends for speed, and indexes on the columns
measure QUERIES FOLDER             probes and refinement are raised until recall@10 reaches 0.99
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa

NAME = "passages"


def build(vectors_file: str, columns_file: str, folder: str) -> dict[str, Any]:
    vectors, given = np.load(vectors_file, mmap_mode="r"), np.load(columns_file)
    year, province = given["year"].astype(np.int16), given["province"].astype(np.int16)
    rows, width = vectors.shape
    schema = pa.schema(
        [("id", pa.int32()), ("year", pa.int16()), ("province", pa.int16()), ("vector", pa.list_(pa.float32(), width))]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for begin in range(0, rows, 50_000):
            part = np.ascontiguousarray(vectors[begin : begin + 50_000])
            columns = [
                pa.array(np.arange(begin, begin + len(part), dtype=np.int32)),
                pa.array(year[begin : begin + len(part)]),
                pa.array(province[begin : begin + len(part)]),
                pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), width),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    table = lancedb.connect(folder).create_table(NAME, batches(), schema=schema, mode="overwrite")
    started = time.perf_counter()
    table.create_index(metric="dot", index_type="IVF_HNSW_SQ", num_partitions=max(1, rows // 100_000))
    table.create_scalar_index("year")
    table.create_scalar_index("province", index_type="BITMAP")
    return {"version": lancedb.__version__, "index, seconds": round(time.perf_counter() - started, 1)}


def measure(queries_file: str, folder: str) -> dict[str, Any]:
    given = np.load(queries_file)
    table = lancedb.connect(folder).open_table(NAME)
    result: dict[str, Any] = {}
    for probes, refine in ((1, 1), (2, 2), (4, 2), (8, 2), (16, 4), (64, 8)):
        times, found = [], []
        for query, year, province, right in zip(
            given["queries"], given["year_from"], given["excluded"], given["truth"], strict=True
        ):
            started = time.perf_counter()
            search = (
                table.search(query).metric("dot").where(f"year >= {year} AND province != {province}", prefilter=True)
            )
            hits = search.nprobes(probes).refine_factor(refine).select(["id"]).limit(10).to_arrow()
            times.append((time.perf_counter() - started) * 1000)
            found.append(len(set(hits["id"].to_pylist()) & set(right.tolist())) / 10)
        result = {
            "recall@10": round(float(np.mean(found)), 4),
            "p50 ms": round(float(np.median(times)), 2),
            "p99 ms": round(float(np.quantile(times, 0.99)), 2),
            "probes": probes,
            "refine": refine,
        }
        if result["recall@10"] >= 0.99:
            break
    return result


if __name__ == "__main__":
    print(json.dumps({"build": build, "measure": measure}[sys.argv[1]](*sys.argv[2:])))
