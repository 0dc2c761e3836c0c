"""BERTopic and EVōC on given vectors and texts; prints one line of JSON. Run by `benchmarks.clusters` and
`benchmarks.cluster_quality` in an interpreter of its own that has them (BIJIAN_TOPICS_PYTHON): a virtual environment
with `pip install bertopic evoc jieba`.

    python topic_rivals.py METHOD JOB …        each JOB a folder with vectors.npy and texts.json

Labels are written to METHOD.npy in each folder, shape (repeats, n), −1 for none. Compilers and imports are warmed on a
thousand rows first, and that is not counted. BERTopic's parameters are its defaults: UMAP to five dimensions, HDBSCAN,
clusters of ten or more; only its words come from jieba, as its own tokenizer cuts no Chinese. `bertopic-3` allows
clusters of three. Neither is seeded, so there may be several repeats.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

WARM_ROWS = 1000


def _evoc(texts: list[str], vectors: np.ndarray) -> np.ndarray:
    from evoc import EVoC

    return np.asarray(EVoC().fit_predict(vectors))


def _bertopic(smallest: int) -> Callable[[list[str], np.ndarray], np.ndarray]:
    def fit(texts: list[str], vectors: np.ndarray) -> np.ndarray:
        import jieba
        from bertopic import BERTopic
        from sklearn.feature_extraction.text import CountVectorizer

        words = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None)
        model = BERTopic(vectorizer_model=words, min_topic_size=smallest, language="multilingual")
        return np.asarray(model.fit_transform(texts, embeddings=vectors)[0])

    return fit


METHODS = {"bertopic": _bertopic(10), "bertopic-3": _bertopic(3), "evoc": _evoc}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=sorted(METHODS))
    parser.add_argument("jobs", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=1)
    given = parser.parse_args()
    fit = METHODS[given.method]
    random = np.random.default_rng(1)
    warm = random.normal(size=(WARM_ROWS, 384)).astype(np.float32)
    fit([f"行政执法{i % 7} 人民调解{i % 11}" for i in range(WARM_ROWS)], warm)
    rows = {}
    for job in given.jobs:
        vectors = np.load(job / "vectors.npy")
        texts = json.loads((job / "texts.json").read_text(encoding="utf-8"))
        started, labels, failed = time.perf_counter(), [], ""
        for _ in range(given.repeats):
            try:
                labels.append(fit(texts, vectors))
            except Exception as error:
                failed = f"{type(error).__name__}: {error}"[:200]
                labels.append(np.full(len(vectors), -1))
        rows[job.name] = {"seconds": (time.perf_counter() - started) / given.repeats, "failed": failed}
        np.save(job / f"{given.method}.npy", np.array(labels, dtype=np.int32).reshape(given.repeats, len(vectors)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    packages = ("bertopic", "umap-learn", "hdbscan", "evoc", "numba", "scikit-learn")
    versions = {name: importlib.metadata.version(name) for name in packages}
    print(json.dumps({"jobs": rows, "peak GB": peak, "versions": versions}))


if __name__ == "__main__":
    main()
