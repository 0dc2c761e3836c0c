"""Run a compiled BERT graph over texts of any lengths, each giving the same bytes whatever runs beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.models.bert_folder import BertFolder
from embed.models.openvino_library import openvino_library

__all__ = ["OpenVINONetwork", "compile_graph", "load_graph", "padded_length", "save_graph", "single_inputs"]

Model: TypeAlias = Any  # openvino.Model, which has no types of its own
CompiledModel: TypeAlias = Any  # openvino.CompiledModel, which has no types of its own

InferRequest: TypeAlias = Any  # openvino.InferRequest

# OpenVINO's Python layer can deadlock when two threads make tensors at once: everything but waiting holds this lock.
API = Lock()

GRAPH, COMPILED = "model.xml", "model.compiled"
HIDDEN_TOKEN = -1e9  # added to the attention score of padding: its weight is exactly 0
STEP = 16
BUDGET = 512  # padded tokens of one batch: the kernels gain little from more, and the last batches end together


def padded_length(length: int, step: int = STEP) -> int:
    """The length that a text of `length` tokens is padded to. It depends on this text alone."""
    return -(-length // step) * step


def compile_graph(model: Model, *, threads: int) -> CompiledModel:
    """One stream of one thread per core: no sum is ever split between threads, so their number decides no bit."""
    openvino = openvino_library()

    return openvino.Core().compile_model(model, "CPU", _options(threads))


def _options(threads: int) -> dict[str, Any]:
    return {
        "NUM_STREAMS": threads,
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "ENABLE_CPU_PINNING": False,  # two processes must not fight for the same core
    }


def save_graph(model: Model, folder: Path) -> None:
    """Write the graph twice: as it was built, and as the CPU's compiler left it, which loads three times as fast."""
    openvino = openvino_library()

    openvino.save_model(model, folder / GRAPH, compress_to_fp16=False)
    exported = compile_graph(model, threads=1).export_model()
    (folder / COMPILED).write_bytes(exported if isinstance(exported, bytes) else exported.getvalue())


def load_graph(folder: Path, *, threads: int) -> CompiledModel:
    """What `save_graph` wrote, ready to run; both forms give the same bytes (a test compares them)."""
    openvino = openvino_library()

    core = openvino.Core()
    try:
        return core.import_model((folder / COMPILED).read_bytes(), "CPU", _options(threads))
    except RuntimeError:
        # Compiled by another build of OpenVINO, or for another processor.
        return compile_graph(core.read_model(folder / GRAPH), threads=threads)


def single_inputs(bert: BertFolder, ids: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """Inputs of the graph for one text without padding."""
    return _inputs(bert, [ids], len(ids))


def _inputs(bert: BertFolder, batch: Sequence[NDArray[np.int64]], length: int) -> list[NDArray[np.float32]]:
    embeddings = np.zeros((len(batch), length, bert.hidden), np.float32)
    mask = np.full((len(batch), 1, 1, length), HIDDEN_TOKEN, np.float32)
    weights = np.zeros((len(batch), length, 1), np.float32)
    for i, ids in enumerate(batch):
        embeddings[i, : len(ids)] = bert.embed(ids)
        mask[i, 0, 0, : len(ids)] = 0
        if bert.pooling == "cls":
            weights[i, 0] = 1
        else:
            weights[i, : len(ids)] = np.float32(1 / len(ids))
    return [embeddings, mask, weights]


class OpenVINONetwork:
    """Token ids in, unit vectors out; safe to share between threads.

    A batch holds texts of one padded length, so a text always meets kernels of the same shape, and each runs on one
    thread: the bytes of a vector depend on its text alone (a test compares them).

    Args:
        bert: sizes and the embedding tables.
        compiled: from `compile_graph`.
        threads: batches that run at once.
    """

    def __init__(self, bert: BertFolder, compiled: CompiledModel, *, threads: int) -> None:
        self._bert = bert
        self._free: SimpleQueue[InferRequest] = SimpleQueue()
        with API:
            for _ in range(2 * threads):  # one runs, one waits: a core never idles while inputs are prepared
                self._free.put(compiled.create_infer_request())

    def vectors(self, tokens: Sequence[NDArray[np.int64]], *, step: int = STEP) -> NDArray[np.float32]:
        """Shape (len(tokens), hidden), unit rows. Texts are padded to the next multiple of `step`."""
        result = np.empty((len(tokens), self._bert.hidden), np.float32)
        running: deque[_Running] = deque()
        try:
            for batch in self._batches(tokens, step):
                inputs = _inputs(self._bert, [tokens[i] for i in batch], padded_length(len(tokens[batch[0]]), step))
                request = self._request(running, result)
                running.append(_Running(request, batch, inputs))
                with API:
                    request.start_async(inputs, share_inputs=True)
            while running:
                self._free.put(_finish(running.popleft(), result))
        finally:
            for left in running:
                left.request.wait()
                self._free.put(left.request)
        norms = np.sqrt(np.einsum("ij,ij->i", result, result, dtype=np.float64))
        return np.asarray(result / np.maximum(norms, 1e-12)[:, None], np.float32)

    def _request(self, running: deque[_Running], result: NDArray[np.float32]) -> InferRequest:
        """A free request. A caller that holds some finishes its own first and never waits for another caller's."""
        try:
            return self._free.get_nowait()
        except Empty:
            return _finish(running.popleft(), result) if running else self._free.get()

    def _batches(self, tokens: Sequence[NDArray[np.int64]], step: int) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for i, ids in enumerate(tokens):
            groups.setdefault(padded_length(len(ids), step), []).append(i)
        batches = []
        for length, members in sorted(groups.items(), reverse=True):
            size = max(1, BUDGET // length)
            batches += [members[i : i + size] for i in range(0, len(members), size)]
        return batches


@dataclass(frozen=True, slots=True)
class _Running:
    request: InferRequest
    batch: list[int]
    inputs: list[NDArray[np.float32]]  # the request reads them in place: they must live until it is done


def _finish(running: _Running, result: NDArray[np.float32]) -> InferRequest:
    running.request.wait()
    with API:
        result[running.batch] = running.request.get_output_tensor(0).data
    return running.request
