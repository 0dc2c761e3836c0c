"""Other programs' filtered vector search; prints one line of JSON. Run by `benchmarks.peers_search`.

    python search_rivals.py NAME build FOLDER       vectors.npy and columns.npz in FOLDER to FOLDER/NAME
    python search_rivals.py NAME measure FOLDER     the queries, filters and right answers of FOLDER/queries.npz

It runs in an interpreter of its own that has the others and not Bijian. Where a program has settings that trade time
for recall, they are raised until recall@10 reaches 0.99. One query at a time, threads as each program chooses.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

BATCH = 5_000
GOOD = 0.99
K = 10
COLLECTION = "passages"
Foreign: TypeAlias = Any  # an object of one of the programs, none of which is typed here
Question: TypeAlias = tuple[np.ndarray, int, int]  # vector, first year, province left out


class FaissFlat:
    """FAISS itself, every row compared; a filter is a bitmap that NumPy makes of the columns."""

    package = "faiss-cpu"
    most = 10_000_000
    efforts: Sequence[Foreign] = (None,)

    def __init__(self, folder: Path) -> None:
        self.file = folder.with_suffix(".faiss")
        columns = np.load(folder.parent / "columns.npz")
        self.year, self.province = columns["year"], columns["province"]

    def build(self, vectors: np.ndarray) -> None:
        import faiss

        index = self.make(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        faiss.write_index(index, str(self.file))

    def make(self, width: int) -> Foreign:
        import faiss

        return faiss.IndexFlatIP(width)

    def open(self) -> None:
        import faiss

        self.index = faiss.read_index(str(self.file))

    def search(self, question: Question, effort: Foreign) -> list[int]:
        import faiss

        vector, year, province = question
        bits = np.packbits((self.year >= year) & (self.province != province), bitorder="little")
        parameters = self.parameters(faiss.IDSelectorBitmap(bits), effort)
        rows = self.index.search(vector[None], K, params=parameters)[1]
        return [int(row) for row in rows[0]]

    def parameters(self, selector: Foreign, effort: Foreign) -> Foreign:
        import faiss

        return faiss.SearchParameters(sel=selector)

    def bytes(self) -> int:
        return self.file.stat().st_size


class FaissHNSW(FaissFlat):
    """FAISS's HNSW, 32 links."""

    efforts = (64, 128, 256, 512)

    def make(self, width: int) -> Foreign:
        import faiss

        index = faiss.IndexHNSWFlat(width, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
        return index

    def parameters(self, selector: Foreign, effort: Foreign) -> Foreign:
        import faiss

        return faiss.SearchParametersHNSW(sel=selector, efSearch=effort)


class Folder:
    """What the programs with a folder of their own have in common."""

    most = 10_000_000

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        columns = np.load(folder.parent / "columns.npz")
        self.year, self.province = columns["year"], columns["province"]

    def rows(self, vectors: np.ndarray, batch: int = BATCH) -> Iterator[range]:
        for begin in range(0, len(vectors), batch):
            yield range(begin, min(begin + batch, len(vectors)))

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


class LanceDB(Folder):
    """An IVF-HNSW-SQ index as its manual recommends for speed, indexes on both columns, filtered before the search."""

    package = "lancedb"
    efforts = ((1, 1), (2, 2), (4, 2), (8, 4), (16, 8))

    def build(self, vectors: np.ndarray) -> None:
        import lancedb
        import pyarrow as pa

        width = vectors.shape[1]
        kinds = {"id": pa.int32(), "year": pa.int16(), "province": pa.int16(), "vector": pa.list_(pa.float32(), width)}
        schema = pa.schema(list(kinds.items()))

        def batches() -> Iterator[pa.RecordBatch]:
            for rows in self.rows(vectors, 50_000):
                part = np.ascontiguousarray(vectors[rows.start : rows.stop])
                columns = [
                    pa.array(np.arange(rows.start, rows.stop, dtype=np.int32)),
                    pa.array(self.year[rows.start : rows.stop]),
                    pa.array(self.province[rows.start : rows.stop]),
                    pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), width),
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

        table = lancedb.connect(self.folder).create_table(COLLECTION, batches(), schema=schema, mode="overwrite")
        table.create_index(metric="dot", index_type="IVF_HNSW_SQ", num_partitions=max(1, len(vectors) // 100_000))
        table.create_scalar_index("year")
        table.create_scalar_index("province", index_type="BITMAP")

    def open(self) -> None:
        import lancedb

        self.table = lancedb.connect(self.folder).open_table(COLLECTION)

    def search(self, question: Question, effort: Foreign) -> list[int]:
        vector, year, province = question
        asked = self.table.search(vector).metric("dot").where(f"year >= {year} AND province != {province}", True)
        found = asked.nprobes(effort[0]).refine_factor(effort[1]).select(["id"]).limit(K).to_arrow()
        return [int(row) for row in found["id"].to_pylist()]


class MilvusLite(Folder):
    """Milvus inside the process, HNSW."""

    package = "milvus-lite"
    efforts = (32, 64, 128, 256)

    def client(self) -> Foreign:
        from pymilvus import MilvusClient

        return MilvusClient(str(self.folder / "milvus.db"))

    def build(self, vectors: np.ndarray) -> None:
        from pymilvus import DataType

        client = self.client()
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("year", DataType.INT16)
        schema.add_field("province", DataType.INT16)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        index = client.prepare_index_params()
        index.add_index("vector", index_type="HNSW", metric_type="IP", params={"M": 32, "efConstruction": 100})
        client.create_collection(COLLECTION, schema=schema, index_params=index)
        for rows in self.rows(vectors, 1_000):
            data = [
                {"id": i, "year": int(self.year[i]), "province": int(self.province[i]), "vector": vectors[i].tolist()}
                for i in rows
            ]
            client.insert(COLLECTION, data)
        client.flush(COLLECTION)
        client.load_collection(COLLECTION)
        client.close()

    def open(self) -> None:
        self.opened = self.client()
        self.opened.load_collection(COLLECTION)

    def search(self, question: Question, effort: Foreign) -> list[int]:
        vector, year, province = question
        found = self.opened.search(
            COLLECTION,
            data=[vector.tolist()],
            limit=K,
            filter=f"year >= {year} and province != {province}",
            search_params={"metric_type": "IP", "params": {"ef": effort}},
        )
        return [int(hit["id"]) for hit in found[0]]


class Chroma(Folder):
    """Chroma inside the process, its own HNSW."""

    package = "chromadb"
    efforts = (100, 200, 400)

    def client(self) -> Foreign:
        import chromadb
        from chromadb.config import Settings

        return chromadb.PersistentClient(str(self.folder), settings=Settings(anonymized_telemetry=False))

    def build(self, vectors: np.ndarray) -> None:
        collection = self.client().create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "ip", "ef_search": self.efforts[0]}}
        )
        for rows in self.rows(vectors):
            about = [{"year": int(self.year[i]), "province": int(self.province[i])} for i in rows]
            collection.add(ids=[str(i) for i in rows], embeddings=vectors[rows.start : rows.stop], metadatas=about)

    def open(self) -> None:
        self.collection = self.client().get_collection(COLLECTION, embedding_function=None)
        self.effort = self.efforts[0]

    def search(self, question: Question, effort: Foreign) -> list[int]:
        if effort != self.effort:
            self.collection.modify(configuration={"hnsw": {"ef_search": effort}})
            self.effort = effort
        vector, year, province = question
        where = {"$and": [{"year": {"$gte": year}}, {"province": {"$ne": province}}]}
        found = self.collection.query(query_embeddings=[vector], n_results=K, where=where, include=[])
        return [int(row) for row in found["ids"][0]]


class Qdrant(Folder):
    """Qdrant's local mode, inside the process: every row compared."""

    package = "qdrant-client"
    most = 20_000  # rows; above, it warns that this mode is not meant for more
    efforts = (None,)

    def client(self) -> Foreign:
        from qdrant_client import QdrantClient

        return QdrantClient(path=str(self.folder))

    def build(self, vectors: np.ndarray) -> None:
        from qdrant_client import models

        client = self.client()
        kind = models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)
        client.create_collection(COLLECTION, vectors_config=kind)
        for rows in self.rows(vectors, 1_000):
            about = [{"year": int(self.year[i]), "province": int(self.province[i])} for i in rows]
            part = models.Batch(ids=list(rows), vectors=vectors[rows.start : rows.stop].tolist(), payloads=about)
            client.upsert(COLLECTION, part)
        client.close()

    def open(self) -> None:
        self.opened = self.client()

    def search(self, question: Question, effort: Foreign) -> list[int]:
        from qdrant_client import models

        vector, year, province = question
        where = models.Filter(
            must=[models.FieldCondition(key="year", range=models.Range(gte=year))],
            must_not=[models.FieldCondition(key="province", match=models.MatchValue(value=province))],
        )
        found = self.opened.query_points(
            COLLECTION, query=vector.tolist(), limit=K, query_filter=where, with_payload=False
        )
        return [int(point.id) for point in found.points]


RIVALS: dict[str, Callable[[Path], Foreign]] = {
    "FAISS, flat": FaissFlat,
    "FAISS, HNSW": FaissHNSW,
    "LanceDB": LanceDB,
    "Milvus Lite": MilvusLite,
    "Chroma": Chroma,
    "Qdrant, local mode": Qdrant,
}


def measure(rival: Foreign, folder: Path) -> dict[str, Any]:
    """Recall and times at the least effort that reaches the recall, memory while serving."""
    given = np.load(folder / "queries.npz")
    questions = [
        (v, int(y), int(p)) for v, y, p in zip(given["queries"], given["year"], given["province"], strict=True)
    ]
    rival.open()
    result: dict[str, Any] = {}
    for effort in rival.efforts:
        for question in questions[:10]:
            rival.search(question, effort)
        times, good = [], []
        for question, right in zip(questions, given["truth"], strict=True):
            began = time.perf_counter()
            found = rival.search(question, effort)
            times.append((time.perf_counter() - began) * 1000)
            good.append(len(set(found) & set(right.tolist())) / K)
        result = figures(times, good)
        if result["recall@10"] >= GOOD:
            break
    return {**result, "effort": effort}


def figures(times: list[float], good: list[float]) -> dict[str, Any]:
    """What is said about every contender."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {
        "p50 ms": round(float(np.median(times)), 3),
        "p99 ms": round(float(np.quantile(times, 0.99)), 3),
        "recall@10": round(float(np.mean(good)), 4),
        "resident MB": round(int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024),
    }


def main() -> None:
    name, step, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    rival = RIVALS[name](folder / name.replace(", ", "-").replace(" ", "-"))
    if step == "build":
        vectors = np.load(folder / "vectors.npy")
        if len(vectors) > rival.most:
            print(json.dumps({"failed": f"not meant for more than {rival.most:,} rows"}))
            return
        began = time.perf_counter()
        rival.build(vectors)
        seconds = time.perf_counter() - began
        found = {"version": importlib.metadata.version(rival.package), "build, seconds": round(seconds, 1)}
        print(json.dumps({**found, "MB on disk": round(rival.bytes() / 2**20, 1)}))
    else:
        print(json.dumps(measure(rival, folder)))


if __name__ == "__main__":
    main()
