"""Build the fast engine of a BERT-like folder: calibrate, quantise, compare with float32, keep what holds."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.models.bert_folder import BertFolder, read_bert_folder
from embed.models.bert_graph import TAPS, build_graph, build_tapped_graph
from embed.models.checksums import write_checksums
from embed.models.entry import ModelEntry
from embed.models.int8_plan import ChannelRange, plan_int8
from embed.models.neutral import calibration_texts
from embed.models.openvino_library import openvino_library
from embed.models.openvino_network import compile_graph, save_graph, single_inputs
from embed.models.tokenizers_file import open_tokenizer
from embed.models.unigram import write_unigram

__all__ = ["RECORD", "build_engine"]

Model: TypeAlias = Any  # openvino.Model, which has no types of its own

LOG = logging.getLogger(__name__)

RECORD = "engine.json"
MEAN_FLOOR, LEAST_FLOOR = 0.998, 0.99  # cosines to float32 below which eight bits are refused


def build_engine(entry: ModelEntry, folder: Path, part: Path) -> None:
    """Fill `part` with the graph, the vocabulary and a record of what was measured.

    Two thirds of the calibration texts give the ranges; the last third decides whether eight bits are good enough.
    Where they are not, the graph stays in float32, and the log says so.
    """
    openvino = openvino_library()

    bert = read_bert_folder(folder)
    write_unigram(folder / "tokenizer.json", part)
    tokenizer = open_tokenizer(folder, part)
    texts = [entry.prompt(side) + text for side, text in calibration_texts()]
    ids = [np.array(row[: bert.limit], np.int64) for row in tokenizer(texts)]
    ranges, expected = _calibrate(bert, ids)
    model = build_graph(bert, plan_int8(bert, ranges))
    cosines = _cosines(bert, model, [row for i, row in enumerate(ids) if i % 3 == 2], expected)
    fits = bool(cosines.mean() >= MEAN_FLOOR and cosines.min() >= LEAST_FLOOR)
    if not fits:
        LOG.warning(
            "int8 vectors of %s have a mean cosine of %.4f to float32 (floor %.3f): this model runs in float32",
            entry.name, cosines.mean(), MEAN_FLOOR,
        )  # fmt: skip
        model = build_graph(bert)
    save_graph(model, part)
    record = {
        "model": entry.name,
        "weights": "int8" if fits else "float32",
        "cosine_mean": round(float(cosines.mean()), 6),
        "cosine_min": round(float(cosines.min()), 6),
        "openvino": openvino.__version__,
    }
    (part / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_checksums(part)


def _calibrate(
    bert: BertFolder, ids: Sequence[NDArray[np.int64]]
) -> tuple[dict[str, ChannelRange], list[NDArray[np.float32]]]:
    """Ranges of every tap over two thirds of the texts, and the float32 vectors of the last third."""
    run = _runner(bert, build_tapped_graph(bert))
    names = [f"{layer}.{kind}" for layer in range(bert.layers) for kind in TAPS]
    lows: dict[str, NDArray[np.float32]] = {}
    highs: dict[str, NDArray[np.float32]] = {}
    expected = []
    for i, row in enumerate(ids):
        *taps, pooled = run(row)
        if i % 3 == 2:
            expected.append(pooled[0])
            continue
        for name, values in zip(names, taps, strict=True):
            low, high = values[0].min(0), values[0].max(0)
            lows[name] = np.minimum(lows.get(name, low), low)
            highs[name] = np.maximum(highs.get(name, high), high)
    return {name: ChannelRange(lows[name], highs[name]) for name in names}, expected


def _cosines(
    bert: BertFolder,
    model: Model,
    ids: Sequence[NDArray[np.int64]],
    expected: Sequence[NDArray[np.float32]],
) -> NDArray[np.float64]:
    run = _runner(bert, model)
    pairs = [
        (run(row)[0][0].astype(np.float64), vector.astype(np.float64))
        for row, vector in zip(ids, expected, strict=True)
    ]
    return np.array([a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in pairs])


def _runner(bert: BertFolder, model: Model) -> Callable[[NDArray[np.int64]], list[NDArray[np.float32]]]:
    request = compile_graph(model, threads=1).create_infer_request()

    def run(ids: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        request.infer(single_inputs(bert, ids))
        return [tensor.data.copy() for tensor in request.output_tensors]

    return run
