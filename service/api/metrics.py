"""Figures for Prometheus. Labels are route templates and keys' ids, never paths or text."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import multiprocess as _multiprocess

__all__ = ["IN_FLIGHT", "METHODS", "REQUESTS", "SECONDS", "render", "set_gauges"]

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("bijian_requests_total", "Requests by method, route and status", ["method", "route", "status"])
SECONDS = Histogram("bijian_request_seconds", "Seconds per request", ["method", "route"], buckets=_STEPS)
IN_FLIGHT = Gauge("bijian_requests_in_flight", "Requests that are being answered", multiprocess_mode="livesum")
GENERATION = Gauge("bijian_generation", "Number of the generation that is served", multiprocess_mode="max")
PASSAGES = Gauge("bijian_passages", "Passages of that generation", multiprocess_mode="max")
REPORTS = Gauge("bijian_reports", "Reports of that generation", multiprocess_mode="max")
SWAPS = Gauge("bijian_generation_swaps", "Generations taken up since the start", multiprocess_mode="max")
ENCODER_CALLS = Gauge("bijian_encoder_calls", "Joined encoder calls since the start", multiprocess_mode="livesum")
ENCODER_TEXTS = Gauge("bijian_encoder_texts", "Texts encoded in them", multiprocess_mode="livesum")


def set_gauges(*, generation: int, reports: int, passages: int, swaps: int, calls: int, texts: int) -> None:
    """Note what the desk holds at this moment."""
    for gauge, value in (
        (GENERATION, generation),
        (REPORTS, reports),
        (PASSAGES, passages),
        (SWAPS, swaps),
        (ENCODER_CALLS, calls),
        (ENCODER_TEXTS, texts),
    ):
        gauge.set(value)


def render(*, shared: bool) -> bytes:
    """The text form. `shared`: several processes write into one directory (PROMETHEUS_MULTIPROC_DIR)."""
    if not shared:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    _multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
