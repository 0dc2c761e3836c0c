"""How many requests one key, or one address without a key, may send: counted over all serving processes."""

from __future__ import annotations

import hashlib
import struct
import time
from pathlib import Path

from service.api.shared import SharedTable

__all__ = ["RateLimits"]

_BUCKET = struct.Struct("=Qdd")  # hash of the caller (0: nobody's), requests left, seen at this monotonic clock
_SETS = 2048
_WAYS = 8  # callers of one set; beyond them the one that was seen longest ago is forgotten, and starts full again


class RateLimits:
    """A token bucket per caller.

    per_minute: requests a minute in the long run, half of them at once; 0 refuses nobody. shared: the file that the
    processes count in together; None counts in this process alone. The clock is the machine's monotonic one, which
    all processes read alike.
    """

    def __init__(self, per_minute: int, shared: Path | None = None) -> None:
        self._rate = per_minute / 60
        self._size = max(1.0, per_minute / 2)
        self._table = SharedTable(shared, _SETS * _WAYS * _BUCKET.size)

    def wait(self, caller: str, *, at: float | None = None) -> float:
        """Seconds until this caller may ask; 0.0 takes one request from the bucket. `at`: a monotonic clock."""
        if self._rate <= 0:
            return 0.0
        digest = hashlib.blake2b(caller.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        number = int.from_bytes(digest, "little") or 1
        begin = number % _SETS * _WAYS * _BUCKET.size
        end = begin + _WAYS * _BUCKET.size
        with self._table.locked():
            moment = time.monotonic() if at is None else at
            ways = list(_BUCKET.iter_unpack(self._table.bytes[begin:end]))
            place = next((i for i, way in enumerate(ways) if way[0] == number), -1)
            if place >= 0:
                left, seen = float(ways[place][1]), float(ways[place][2])
                left = min(self._size, left + max(0.0, moment - seen) * self._rate)
            else:
                left = self._size
                place = min(range(_WAYS), key=lambda i: (ways[i][0] != 0, ways[i][2]))
            short = 1.0 - left
            if short <= 0:
                left -= 1.0
            _BUCKET.pack_into(self._table.bytes, begin + place * _BUCKET.size, number, left, moment)
        return max(0.0, short / self._rate)

    def close(self) -> None:
        self._table.close()
