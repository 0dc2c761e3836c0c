"""The official outline of law-based government, and where a theme stands in it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from service.clusters.clustering import Place
from service.clusters.themes import Catalogue

__all__ = ["OUTSIDE", "Item", "Part", "item_of", "outline", "place_of", "places_of"]

LEAST_CONFIDENCE = 0.3  # below this a text stands outside the outline
OUTSIDE = Place("", "", 0.0)


@dataclass(frozen=True, slots=True)
class Item:
    """One item; `part` is the code of the part above it, `official` is false for codes of our own."""

    code: str
    part: str
    zh: str
    en: str
    about: str

    @property
    def official(self) -> bool:
        return not self.code.startswith("S")


@dataclass(frozen=True, slots=True)
class Part:
    """One part with its items."""

    code: str
    zh: str
    en: str
    items: tuple[Item, ...]


def places_of(belief: NDArray[np.float32], catalogue: Catalogue) -> list[str]:
    """The item's code for each row of beliefs, shape (n, themes); "" where none is believed in enough."""
    codes = sorted({theme.outline for theme in catalogue.themes})
    if not codes:
        return [""] * len(belief)
    owner = np.zeros((len(catalogue), len(codes)), np.float32)
    for row, theme in enumerate(catalogue.themes):
        owner[row, codes.index(theme.outline)] = 1
    shares = np.round(belief @ owner, 5)
    best = shares.argmax(axis=1)
    enough = shares[np.arange(len(belief)), best] >= LEAST_CONFIDENCE
    return [codes[k] if ok else "" for k, ok in zip(best.tolist(), enough.tolist(), strict=True)]


@lru_cache(maxsize=1)
def outline() -> tuple[Part, ...]:
    """The ten parts with their 35 items, and last the part of our own."""
    text = files("service.clusters").joinpath("data/outline.toml").read_text(encoding="utf-8")
    return tuple(
        Part(
            p["code"],
            p["zh"],
            p["en"],
            tuple(Item(i["code"], p["code"], i["zh"], i["en"], i["about"]) for i in p["items"]),
        )
        for p in tomllib.loads(text)["part"]
    )


@lru_cache(maxsize=1)
def _items() -> dict[str, Item]:
    return {item.code: item for part in outline() for item in part.items}


def item_of(code: str) -> Item | None:
    """The item with this code."""
    return _items().get(code)


def place_of(belief: NDArray[np.float32], catalogue: Catalogue) -> Place:
    """The item that a belief over the catalogue's themes, shape (themes,), speaks for most; `OUTSIDE` if for none.

    The confidence is the belief in all themes of that item together.
    """
    shares: dict[str, float] = {}
    for theme, share in zip(catalogue.themes, belief, strict=True):
        shares[theme.outline] = shares.get(theme.outline, 0.0) + float(share)
    if not shares:
        return OUTSIDE
    code, confidence = min(shares.items(), key=lambda entry: (-round(entry[1], 6), entry[0]))
    item = _items()[code]
    return Place(code, item.zh, round(min(confidence, 1.0), 3)) if confidence >= LEAST_CONFIDENCE else OUTSIDE
