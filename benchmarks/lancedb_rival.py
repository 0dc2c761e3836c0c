"""LanceDB on given vectors, columns, queries and filters; prints one line of JSON. Run by `benchmarks.store`.

An IVF-HNSW-SQ index, as LanceDB recommends for speed; probes and refinement are raised until recall@10 reaches 0.99.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import lancedb
import numpy as np
import pyarrow as pa


def main() -> None:
    vectors, given = np.load(sys.argv[1], mmap_mode="r"), np.load(sys.argv[2])
    rows, width = vectors.shape
    schema = pa.schema(
        [("id", pa.int32()), ("year", pa.int16()), ("province", pa.int16()), ("vector", pa.list_(pa.float32(), width))]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for begin in range(0, rows, 50_000):
            part = np.ascontiguousarray(vectors[begin : begin + 50_000])
            columns = [
                pa.array(np.arange(begin, begin + len(part), dtype=np.int32)),
                pa.array(given["year"][begin : begin + len(part)].astype(np.int16)),
                pa.array(given["province"][begin : begin + len(part)].astype(np.int16)),
                pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), width),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    table = lancedb.connect(sys.argv[3]).create_table("passages", batches(), schema=schema, mode="overwrite")
    started = time.perf_counter()
    table.create_index(metric="dot", index_type="IVF_HNSW_SQ", num_partitions=max(1, rows // 100_000))
    table.create_scalar_index("year")
    table.create_scalar_index("province", index_type="BITMAP")
    built = time.perf_counter() - started
    result = {}
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
    print(json.dumps({**result, "version": lancedb.__version__, "index, seconds": round(built, 1)}))


if __name__ == "__main__":
    main()
