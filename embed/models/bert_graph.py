"""Build a BERT encoder as an OpenVINO graph, in float32 or with eight-bit linear layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.models.bert_folder import BertFolder
from embed.models.int8_plan import Int8Tap
from embed.models.openvino_library import openvino_library

__all__ = ["TAPS", "build_graph", "build_tapped_graph"]

Node: TypeAlias = Any  # a node of an OpenVINO graph
Model: TypeAlias = Any  # openvino.Model, which has no types of its own

TAPS = ("qkv", "context", "up", "down")  # the inputs of a layer's linear parts, in the order of the computation


def build_graph(bert: BertFolder, plan: Mapping[str, Int8Tap] | None = None) -> Model:
    """Inputs: embeddings (b, l, hidden), mask (b, 1, 1, l) of 0 and −1e9, weights (b, l, 1) of the pooling.

    Output: pooled vectors (b, hidden), float32, not normalised.
    """
    return _Builder(bert, plan or {}).model(tapped=False)


def build_tapped_graph(bert: BertFolder) -> Model:
    """The float32 graph; output i is the activation of tap i % 4 in layer i // 4, the last one the pooled vectors."""
    return _Builder(bert, {}).model(tapped=True)


class _Builder:
    def __init__(self, bert: BertFolder, plan: Mapping[str, Int8Tap]) -> None:
        self.op: Any = openvino_library().opset13
        self.bert = bert
        self.plan = plan
        self.taps: list[Node] = []

    def model(self, *, tapped: bool) -> Model:
        openvino = openvino_library()

        embeddings = self.op.parameter([-1, -1, self.bert.hidden], np.float32, name="embeddings")
        mask = self.op.parameter([-1, 1, 1, -1], np.float32, name="mask")
        weights = self.op.parameter([-1, -1, 1], np.float32, name="weights")
        state = self.norm(embeddings, "embeddings.LayerNorm")
        for layer in range(self.bert.layers):
            state = self.layer(state, mask, layer)
        pooled = self.op.reduce_sum(self.op.multiply(state, weights), self.integers(1), False)
        return openvino.Model([*(self.taps if tapped else []), pooled], [embeddings, mask, weights], "bert")

    def layer(self, state: Node, mask: Node, layer: int) -> Node:
        name = f"encoder.layer.{layer}"
        attended = self.attention(state, mask, layer)
        state = self.norm(self.op.add(attended, state), f"{name}.attention.output.LayerNorm")
        up = self.linear(state, *self.weights(f"{name}.intermediate.dense"), tap=f"{layer}.up")
        active = self.op.gelu(up, self.bert.gelu)
        down = self.linear(active, *self.weights(f"{name}.output.dense"), tap=f"{layer}.down")
        return self.norm(self.op.add(down, state), f"{name}.output.LayerNorm")

    def attention(self, state: Node, mask: Node, layer: int) -> Node:
        op, heads, width = self.op, self.bert.heads, self.bert.hidden // self.bert.heads
        name = f"encoder.layer.{layer}.attention"
        parts = [list(self.weights(f"{name}.self.{part}")) for part in ("query", "key", "value")]
        parts[0] = [values / np.sqrt(np.float32(width)) for values in parts[0]]
        context = self.plan.get(f"{layer}.context")
        if context is not None:
            # The division in front of the output layer is linear in the values: it costs nothing here.
            parts[2] = [parts[2][0] / context.divisor[:, None], parts[2][1] / context.divisor]
        weight, bias = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        joined = self.linear(state, weight, bias, tap=f"{layer}.qkv")
        shape = self.integers(0, 0, 3, heads, width)
        split = op.split(op.transpose(op.reshape(joined, shape, True), self.integers(2, 0, 3, 1, 4)), self.zero(), 3)
        query, key, value = (op.squeeze(split.output(i), self.integers(0)) for i in range(3))
        scores = op.softmax(op.add(op.matmul(query, key, False, True), mask), -1)
        heads_out = op.transpose(op.matmul(scores, value, False, False), self.integers(0, 2, 1, 3))
        flat = op.reshape(heads_out, self.integers(0, 0, self.bert.hidden), True)
        return self.linear(flat, *self.weights(f"{name}.output.dense"), tap=f"{layer}.context", divided=True)

    def linear(
        self, state: Node, weight: NDArray[np.float32], bias: NDArray[np.float32], *, tap: str, divided: bool = False
    ) -> Node:
        op = self.op
        self.taps.append(state)
        planned = self.plan.get(tap)
        if planned is None:
            return op.add(op.matmul(state, self.constant(weight), False, True), self.constant(bias[None, None]))
        if not divided:
            state = op.multiply(state, self.constant((1 / planned.divisor)[None, None]))
        low, high = (self.constant(np.full((1, 1, 1), value)) for value in (planned.low, planned.high))
        state = op.fake_quantize(state, low, high, low, high, 256)
        weight = weight * planned.divisor
        largest = np.maximum(np.abs(weight).max(1, keepdims=True), 1e-12)
        eight = np.round(weight / largest * 127).astype(np.int8)
        weights = op.multiply(op.convert(op.constant(eight), "f32"), self.constant(largest / 127))
        return op.add(op.matmul(state, weights, False, True), self.constant(bias[None, None]))

    def norm(self, state: Node, name: str) -> Node:
        weight, bias = self.weights(name)
        even = self.op.mvn(state, self.integers(2), True, self.bert.epsilon, "INSIDE_SQRT")
        return self.op.add(self.op.multiply(even, self.constant(weight[None, None])), self.constant(bias[None, None]))

    def weights(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.bert.weight(f"{name}.weight"), self.bert.weight(f"{name}.bias")

    def constant(self, values: NDArray[Any]) -> Node:
        return self.op.constant(np.ascontiguousarray(values, np.float32))

    def integers(self, *values: int) -> Node:
        return self.op.constant(np.array(values, np.int64))

    def zero(self) -> Node:
        return self.op.constant(np.int64(0))
