"""Decide how activations become eight bits: what each channel is divided by, and the range of what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.models.bert_folder import BertFolder

__all__ = ["ChannelRange", "Int8Tap", "plan_int8", "tap_weights"]

SHARE = 0.7  # of a channel's spread that moves from the activation into the weights; 0 leaves it all where it is
LEVELS = 255


@dataclass(frozen=True, slots=True)
class ChannelRange:
    """Smallest and largest value of each channel over the calibration texts; float32, shape (channels,)."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Int8Tap:
    """How the input of one linear layer is quantised.

    Attributes:
        divisor: per channel, float32; the weights' columns are multiplied by it.
        low, high: of the divided activation; zero is exactly one of the 256 levels.
    """

    divisor: NDArray[np.float32]
    low: float
    high: float


def tap_weights(bert: BertFolder, tap: str) -> NDArray[np.float32]:
    """The weights, shape (out, in), that the activation `LAYER.KIND` meets; kinds are qkv, context, up, down."""
    layer, kind = tap.split(".")
    names = {
        "qkv": ["attention.self.query", "attention.self.key", "attention.self.value"],
        "context": ["attention.output.dense"],
        "up": ["intermediate.dense"],
        "down": ["output.dense"],
    }[kind]
    return np.concatenate([bert.weight(f"encoder.layer.{layer}.{name}.weight") for name in names])


def plan_int8(bert: BertFolder, ranges: Mapping[str, ChannelRange]) -> dict[str, Int8Tap]:
    """A plan for every tap.

    A few channels of a transformer are a hundred times larger than the rest and would take all 256 levels. Each is
    divided by a power of its spread, and the weights are multiplied by the same (SmoothQuant, arXiv:2211.10438).
    """
    return {tap: _plan(tap_weights(bert, tap), spread) for tap, spread in ranges.items()}


def _plan(weights: NDArray[np.float32], spread: ChannelRange) -> Int8Tap:
    activation = np.maximum(np.maximum(-spread.low, spread.high), 1e-4).astype(np.float64)
    weight = np.maximum(np.abs(weights).max(0), 1e-4).astype(np.float64)
    divisor = activation**SHARE / weight ** (1 - SHARE)
    # Short mantissas: machines whose float32 sums differ in the last digits still get the same plan.
    divisor = (divisor / np.exp(np.log(divisor).mean())).astype(np.float16).astype(np.float64)
    low = float(np.float16(min((spread.low / divisor).min(), 0.0)))
    high = float(np.float16(max((spread.high / divisor).max(), 1e-3)))
    step = (high - low) / LEVELS
    zero = round(-low / step)
    return Int8Tap(divisor.astype(np.float32), -zero * step, (LEVELS - zero) * step)
