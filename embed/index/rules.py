"""Fingerprints of the rules that turn bytes into passages and passages into an index."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import embed

__all__ = ["index_rules", "text_rules"]

_DIGITS = 16


@lru_cache(maxsize=1)
def text_rules() -> str:
    """Changes whenever the code or the data of reading or structure change; files are then read anew."""
    return _fingerprint("reading", "structure")


@lru_cache(maxsize=1)
def index_rules() -> str:
    """Changes whenever the code or the data of the index change; a generation is then built anew."""
    return _fingerprint("index")


def _fingerprint(*places: str) -> str:
    digest = hashlib.sha256()
    for place in places:
        folder = Path(embed.__file__).parent / place
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGITS]
