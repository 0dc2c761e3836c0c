"""How many requests one key, or one address without a key, may send."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

__all__ = ["RateLimits"]

MOST_CALLERS = 10_000


class RateLimits:
    """A token bucket per caller, in this process.

    per_minute: requests a minute in the long run, half of them at once; 0 refuses nobody.
    """

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._size = max(1.0, per_minute / 2)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, caller: str, *, at: float | None = None) -> float:
        """Seconds until this caller may ask; 0.0 takes one request from the bucket. `at`: a monotonic clock."""
        if self._rate <= 0:
            return 0.0
        moment = time.monotonic() if at is None else at
        with self._lock:
            left, seen = self._buckets.pop(caller, (self._size, moment))
            left = min(self._size, left + (moment - seen) * self._rate)
            short = 1.0 - left
            if short <= 0:
                left -= 1.0
            self._buckets[caller] = (left, moment)
            if len(self._buckets) > MOST_CALLERS:
                self._buckets.popitem(last=False)
        return max(0.0, short / self._rate)
