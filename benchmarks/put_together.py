"""What one puts together in an afternoon: paragraphs, multilingual-e5-small, cosine, BERTopic. For `end_to_end`.

    python put_together.py MODEL index FILE… --store S        paragraphs and their vectors
    python put_together.py MODEL export --store S --out D
    python put_together.py MODEL clusters --store S --format json
    python put_together.py MODEL similar --store S --batch Q --out R
    python put_together.py MODEL all FILE… --store S --text T --began SECONDS

MODEL is the model's sentence-transformers folder. The first four are the commands that `tests/gold/score.py` drives;
`--smallest N` after MODEL changes BERTopic's smallest cluster from its default of ten. `all` does everything in one
process and prints the seconds since `--began` (of the epoch) to an answer and to clusters. It runs in an interpreter of
its own with sentence-transformers, bertopic and jieba, and without Bijian.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

SHORTEST = 15  # characters; shorter lines are headings, signatures and page chrome
HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|第.{1,3}[部章])")
ROLES = {"problem": re.compile("问题|不足|短板|差距"), "plan": re.compile("打算|计划|下一步|思路")}


def read(path: Path) -> str:
    """UTF-8, else GB 18030."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def paragraphs(text: str) -> list[dict[str, Any]]:
    """Each long line with its offsets, and the role that the last heading's words suggest."""
    found = []
    role, heading, start = "measure", "", 0
    for line in text.split("\n"):
        if HEADING.match(line) and len(line.strip()) < 40:
            heading = line.strip()
            role = next((name for name, words in ROLES.items() if words.search(heading)), "measure")
        elif len(line.strip()) >= SHORTEST:
            begin = start + len(line) - len(line.lstrip())
            text_of = line.strip()
            headings = [heading] if heading else []
            found.append(
                {"start": begin, "end": begin + len(text_of), "role": role, "heading": headings, "text": text_of}
            )
        start += len(line) + 1
    return found


def index(model: str, files: list[Path], store: Path) -> tuple[Any, list[dict[str, Any]], np.ndarray]:
    """Read, split, encode with the library's defaults, keep."""
    rows = []
    for number, path in enumerate(files):
        for place, row in enumerate(paragraphs(read(path))):
            rows.append({"id": f"{number}-{place}", "report": str(number), "file": str(path), **row})
    encoder = open_model(model)
    vectors = encoder.encode([row["text"] for row in rows], prompt_name="passage", normalize_embeddings=True)
    store.mkdir(parents=True, exist_ok=True)
    (store / "rows.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    np.save(store / "vectors.npy", vectors)
    return encoder, rows, vectors


def open_model(model: str) -> Any:  # noqa: ANN401 - a library without types
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, device="cpu")


def kept(store: Path) -> tuple[list[dict[str, Any]], np.ndarray]:
    """What `index` wrote."""
    return json.loads((store / "rows.json").read_text(encoding="utf-8")), np.load(store / "vectors.npy")


def export(store: Path, out: Path) -> None:
    """The two files that the scorer reads; nothing is known about a report but its file."""
    rows, _ = kept(store)
    out.mkdir(parents=True, exist_ok=True)
    files = dict.fromkeys((row["report"], row["file"]) for row in rows)
    lines = [json.dumps({"id": report, "file": file}, ensure_ascii=False) for report, file in files]
    (out / "reports.jsonl").write_text("\n".join(lines), encoding="utf-8")
    passages = [json.dumps(row, ensure_ascii=False) for row in rows]
    (out / "passages.jsonl").write_text("\n".join(passages), encoding="utf-8")


def answers(encoder: Any, rows: list[dict[str, Any]], vectors: np.ndarray, queries: list[dict[str, Any]]) -> list[Any]:  # noqa: ANN401
    """The k nearest by cosine; a passage's own report is left out where that is asked for."""
    place = {row["id"]: number for number, row in enumerate(rows)}
    report = np.array([row["report"] for row in rows])
    found = []
    for query in queries:
        if "passage" in query:
            vector = vectors[place[query["passage"]]]
        else:
            vector = encoder.encode([query["text"]], prompt_name="query", normalize_embeddings=True)[0]
        scores = vectors @ vector
        if query.get("exclude_same_report"):
            scores = np.where(report == report[place[query["passage"]]], -1, scores)
        best = np.argsort(-scores, kind="stable")[: query.get("k", 10)]
        hits = [{"passage": rows[i]["id"], "report": rows[i]["report"], "score": float(scores[i])} for i in best]
        found.append({"id": query["id"], "results": [{**hit, "kind": "similar"} for hit in hits]})
    return found


def clusters(rows: list[dict[str, Any]], vectors: np.ndarray, smallest: int) -> dict[str, Any]:
    """BERTopic as its manual has it, with a seed, and jieba for its words, as its own tokenizer cuts no Chinese."""
    import jieba
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    reduced = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42)
    words = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None)
    model = BERTopic(umap_model=reduced, vectorizer_model=words, min_topic_size=smallest)
    topics, _ = model.fit_transform([row["text"] for row in rows], embeddings=vectors)
    groups: dict[int, list[str]] = {}
    for row, topic in zip(rows, topics, strict=True):
        groups.setdefault(int(topic), []).append(row["id"])
    listed = [{"id": str(n), "label": model.topic_labels_[n], "passages": ids} for n, ids in sorted(groups.items())]
    left = groups.pop(-1, [])
    return {"roles": {"all": {"clusters": [c for c in listed if c["id"] != "-1"], "unclustered": left}}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("command", choices=["index", "export", "clusters", "similar", "all"])
    parser.add_argument("files", nargs="*", type=Path)
    for name in ("--store", "--out", "--batch"):
        parser.add_argument(name, type=Path)
    for name in ("--format", "--text"):
        parser.add_argument(name)
    parser.add_argument("--began", type=float)
    parser.add_argument("--smallest", type=int, default=10)
    given = parser.parse_args()
    if given.command == "index":
        index(given.model, given.files, given.store)
    elif given.command == "export":
        export(given.store, given.out)
    elif given.command == "clusters":
        print(json.dumps(clusters(*kept(given.store), given.smallest), ensure_ascii=False))
    elif given.command == "similar":
        queries = [json.loads(line) for line in given.batch.read_text(encoding="utf-8").splitlines() if line]
        lines = [json.dumps(answer) for answer in answers(open_model(given.model), *kept(given.store), queries)]
        given.out.write_text("\n".join(lines), encoding="utf-8")
    else:
        everything(given)


def everything(given: argparse.Namespace) -> None:
    """All in one process, which loads the model once."""
    encoder, rows, vectors = index(given.model, given.files, given.store)
    first = answers(encoder, rows, vectors, [{"id": "q", "text": given.text}])
    answered = time.time() - given.began
    grouped = clusters(rows, vectors, given.smallest)
    seconds = {"to the first answer": answered, "to clusters": time.time() - given.began}
    counts = {"passages": len(rows), "hits": len(first[0]["results"])}
    print(json.dumps({**seconds, **counts, "clusters": len(grouped["roles"]["all"]["clusters"])}))


if __name__ == "__main__":
    main()
