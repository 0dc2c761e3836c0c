"""How fast texts become vectors: Bijian's own engine beside sentence-transformers, in one run on the same texts.

Each contender is a process of its own with its model loaded; they take turns, round by round, and the best round
counts. `sentence-transformers` is its defaults. `torch …` are the settings that a careful user would try by hand.
`bijian, static model` is another model, distilled from the same one, with less of its quality (docs/models.md); it is
built first where it is not there yet, which takes a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, TypeAlias

ROOT = Path(__file__).parent.parent
TUNED = ["torch float32, batch 8", "torch float32, batch 32", "torch bfloat16, batch 8", "torch bfloat16, batch 32"]
STATIC = "bijian, static model"
MODELS = {"bijian": "multilingual-e5-small", STATIC: "static-e5-small"}
Vectors: TypeAlias = Any  # numpy is imported only where a contender runs
LIMITS = [
    ("ratio/over sentence-transformers defaults", ">=", 3.5),
    ("ratio/over the best torch setting", ">=", 1.5),
    ("bijian/cosine to float32", ">=", 0.998),
    ("bijian/one query, milliseconds", "<=", 12.0),
    ("ratio/static model over the default one", ">=", 30),
]


def texts(quick: bool) -> list[str]:
    """Annotated passages of the reports in tests/gold."""
    paths = [*sorted((ROOT / "tests/gold/dev").glob("r*.json")), *sorted((ROOT / "tests/gold/real").glob("*.json"))]
    found = [p["quote"] for path in paths for p in json.loads(path.read_text(encoding="utf-8"))["passages"]]
    unique = list(dict.fromkeys(found))
    return unique[::3] if quick else unique


def run(quick: bool) -> dict[str, Any]:
    """Passages a second, latency of one query, seconds to the first vector, cosine to float32."""
    tuned_names = TUNED[::2] if quick else TUNED
    contenders = ["bijian", STATIC, "sentence-transformers", *tuned_names]
    start = {name: _seconds_to_first_vector(name) for name in ("bijian", STATIC, "sentence-transformers")}
    processes = {name: open_contender(name, quick) for name in contenders}
    best: dict[str, float] = {}
    cpu: dict[str, float] = {}
    try:
        for _ in range(3):
            for name, process in processes.items():
                answer = ask(process, "round")
                best[name] = min(answer["seconds"], best.get(name, answer["seconds"]))
                cpu[name] = min(answer["cpu"], cpu.get(name, answer["cpu"]))
        cosine = ask(processes["bijian"], "cosine")
        query = {name: ask(processes[name], "query")["milliseconds"] for name in start}
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    count = len(texts(quick))
    rates = {name: count / seconds for name, seconds in best.items()}
    tuned = max(rates[name] for name in tuned_names)
    figures: dict[str, Any] = {
        name: {"passages a second": rate, "passages a second of one core": count / cpu[name]}
        for name, rate in rates.items()
    }
    for name in start:
        figures[name] |= {"one query, milliseconds": query[name], "start to first vector, seconds": start[name]}
    figures["bijian"] |= {"cosine to float32": cosine["mean"], "least cosine": cosine["least"]}
    figures["ratio"] = {
        "over sentence-transformers defaults": rates["bijian"] / rates["sentence-transformers"],
        "over the best torch setting": rates["bijian"] / tuned,
        "over sentence-transformers defaults, by core time": cpu["sentence-transformers"] / cpu["bijian"],
        "over the best torch setting, by core time": min(cpu[name] for name in tuned_names) / cpu["bijian"],
        "static model over the default one": rates[STATIC] / rates["bijian"],
    }
    figures["input"] = {"passages": count, "characters": sum(map(len, texts(quick)))}
    return figures


def table(figures: dict[str, Any]) -> str:
    """One row per contender."""
    lines = [
        f"{figures['input']['passages']} passages of annotated reports, {figures['input']['characters']} characters.",
        "",
        "| | passages/s | per second of one core | one query | start to first vector | mean cosine to float32 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in figures.items():
        if name in ("ratio", "input"):
            continue
        query = f"{row['one query, milliseconds']:.1f} ms" if "one query, milliseconds" in row else ""
        first = f"{row['start to first vector, seconds']:.2f} s" if "start to first vector, seconds" in row else ""
        cosine = f"{row['cosine to float32']:.4f}" if "cosine to float32" in row else ""
        rates = f"{row['passages a second']:.0f} | {row['passages a second of one core']:.0f}"
        lines.append(f"| {name} | {rates} | {query} | {first} | {cosine} |")
    lines += ["", "Core time counts less what else ran on the machine. Ratios, wall and core time:", ""]
    lines += [f"- {name}: {value:.2f}" for name, value in figures["ratio"].items()]
    return "\n".join(lines)


def open_contender(name: str, quick: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.encode", name, "quick" if quick else "full"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    _read(process.stdout)
    return process


def ask(process: subprocess.Popen[str], what: str) -> dict[str, float]:
    assert process.stdin is not None
    process.stdin.write(what + "\n")
    process.stdin.flush()
    return _read(process.stdout)


def _read(stream: IO[str] | None) -> dict[str, float]:
    assert stream is not None
    for line in stream:
        if line.startswith("{"):
            return dict(json.loads(line))
    raise RuntimeError("a contender ended early")


def _seconds_to_first_vector(name: str) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        process = open_contender(name, True)
        ask(process, "first")
        times.append(time.perf_counter() - began)
        process.kill()
        process.wait()
    return min(times)


class _Bijian:
    def __init__(self, name: str) -> None:
        from embed.models import Side, find_entry, open_encoder
        from service.settings import Settings

        self.settings = Settings.read()
        self.entry = find_entry(MODELS[name])
        self.encoder = open_encoder(self.entry, cache=self.settings.cache, engine="openvino")
        self.side = Side

    def encode(self, passages: list[str]) -> Vectors:
        return self.encoder.encode(passages, side=self.side.PASSAGE)

    def query(self, text: str) -> None:
        self.encoder.encode([text], side=self.side.QUERY)

    def cosines(self, passages: list[str]) -> Vectors:
        import numpy as np

        from embed.models.bert_folder import read_bert_folder
        from embed.models.bert_graph import build_graph
        from embed.models.folder import model_folder
        from embed.models.openvino_network import OpenVINONetwork, compile_graph
        from embed.models.tokenizers_file import open_tokenizer

        folder = model_folder(self.entry, cache=self.settings.cache)
        bert = read_bert_folder(folder)
        network = OpenVINONetwork(bert, compile_graph(build_graph(bert), threads=2), threads=2)
        ids = open_tokenizer(folder, folder)([self.entry.passage_prompt + text for text in passages])
        return (network.vectors([np.array(row[: bert.limit]) for row in ids]) * self.encode(passages)).sum(1)


class _SentenceTransformers:
    """Defaults, or by hand: texts sorted by length, a batch size, all cores, bfloat16 where the name says so."""

    def __init__(self, name: str) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        from embed.models import find_entry
        from embed.models.folder import model_folder
        from service.settings import Settings

        self.options: dict[str, Any] = {}
        self.sorted = name.startswith("torch")
        folder = model_folder(find_entry("multilingual-e5-small"), cache=Settings.read().cache)
        kind = torch.bfloat16 if "bfloat16" in name else torch.float32
        self.model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": kind})
        if self.sorted:
            self.options["batch_size"] = int(name.rpartition(" ")[2])

    def encode(self, passages: list[str]) -> Vectors:
        ordered = sorted(passages, key=len) if self.sorted else passages
        return self.model.encode(ordered, prompt_name="passage", **self.options)

    def query(self, text: str) -> None:
        self.model.encode([text], prompt_name="query")


def _contend(name: str, quick: bool) -> None:
    contender: Any = _Bijian(name) if name in MODELS else _SentenceTransformers(name)
    passages = texts(quick)
    print(json.dumps({"ready": 1}), flush=True)
    for line in sys.stdin:
        match line.strip():
            case "first":
                contender.query("行政复议")
                answer: dict[str, float] = {}
            case "round":
                began, used = time.perf_counter(), time.process_time()
                contender.encode(passages)
                answer = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
            case "query":
                answer = {"milliseconds": _median_query(contender)}
            case "cosine":
                cosines = contender.cosines(passages)
                answer = {"mean": float(cosines.mean()), "least": float(cosines.min())}
        print(json.dumps(answer), flush=True)


def _median_query(contender: _Bijian | _SentenceTransformers) -> float:
    times = []
    for i in range(50):
        began = time.perf_counter()
        contender.query(f"第{i}次：怎样加强行政执法监督，规范涉企检查")
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1000


if __name__ == "__main__":
    _contend(sys.argv[1], sys.argv[2] == "quick")
