"""A SentencePiece unigram tokeniser that loads in a tenth of a second: three flat files instead of one large JSON tree.

It gives the ids of the tokenizer.json that it was made from (a test compares them), with one difference: text that
spells a special token, such as `</s>`, is text.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embed.exceptions import ModelCorrupt

__all__ = ["UnigramTokenizer", "character_rules", "write_unigram"]

PIECES, SCORES, HEAD = "pieces.txt", "scores.npy", "unigram.json"
SPACE = "▁"
UNKNOWN_PENALTY = 10.0  # below the worst piece, as in SentencePiece
WORST = -1e300
SPACES = re.compile(" {2,}")


class UnigramTokenizer:
    """Ids of texts, `<s> … </s>` included.

    Args:
        folder: where `write_unigram` wrote.

    Raises:
        ModelCorrupt: a file is not what was written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
            pieces = (folder / PIECES).read_bytes().decode("utf-8").split("\n")
            self._scores: list[float] = np.load(folder / SCORES, allow_pickle=False).tolist()
            self._ids = dict(zip(pieces, range(len(pieces)), strict=True))
            # The longest piece that begins with two characters: most pairs begin none, and nothing more is looked up.
            self._longest: dict[str, int] = dict(head["longest"])
            self._rules = {int(code): replacement for code, replacement in head["rules"].items()}
            self._begin, self._end, self._unknown = (int(head[key]) for key in ("begin", "end", "unknown"))
            for special in head["specials"]:
                del self._ids[pieces[special]]
            self._unknown_score = min(self._scores) - UNKNOWN_PENALTY
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise ModelCorrupt(f"the vocabulary in {folder} is damaged: {error}.") from error

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, nothing cut."""
        return [[self._begin, *self._pieces(text), self._end] for text in texts]

    def _pieces(self, text: str) -> Iterator[int]:
        clean = SPACES.sub(" ", text.translate(self._rules).strip())
        for word in clean.split(" ") if clean else []:
            yield from self._best(SPACE + word)

    def _best(self, word: str) -> list[int]:
        """The cut with the highest sum of scores; of equal ones the first found, shorter pieces first (Viterbi)."""
        ids, scores, longest, unknown = self._ids.get, self._scores, self._longest.get, self._unknown
        size = len(word)
        best = [WORST] * (size + 1)
        best[0] = 0.0
        origin = [0] * (size + 1)
        chosen = [unknown] * (size + 1)
        for start in range(size):
            base = best[start]
            token = ids(word[start], unknown)
            score = base + (self._unknown_score if token == unknown else scores[token])
            if score > best[start + 1]:
                best[start + 1], origin[start + 1], chosen[start + 1] = score, start, token
            for end in range(start + 2, min(start + longest(word[start : start + 2], 0), size) + 1):
                piece = ids(word[start:end])
                if piece is not None and base + scores[piece] > best[end]:
                    best[end], origin[end], chosen[end] = base + scores[piece], start, piece
        return self._back(origin, chosen)

    def _back(self, origin: list[int], chosen: list[int]) -> list[int]:
        found: list[int] = []
        place = len(origin) - 1
        while place:
            token = chosen[place]
            # Neighbouring unknown characters are one unknown token.
            if not (token == self._unknown and found and found[-1] == self._unknown):
                found.append(token)
            place = origin[place]
        return found[::-1]


def write_unigram(tokenizer: Path, folder: Path) -> bool:
    """Write the flat files of a tokenizer.json; False if it is of another kind, and nothing is written.

    Raises:
        ModelCorrupt: it is not valid JSON.
    """
    try:
        tree = json.loads(tokenizer.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelCorrupt(f"{tokenizer} is not valid: {error}.") from error
    head = _head(tree)
    if head is None:
        return False
    pieces = [piece for piece, _ in tree["model"]["vocab"]]
    longest: dict[str, int] = {}
    for piece in pieces:
        if len(piece) > longest.get(piece[:2], 1):
            longest[piece[:2]] = len(piece)
    head["longest"] = longest
    (folder / PIECES).write_bytes("\n".join(pieces).encode("utf-8"))
    np.save(folder / SCORES, np.array([score for _, score in tree["model"]["vocab"]], np.float64))
    (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
    return True


def _head(tree: dict[str, Any]) -> dict[str, Any] | None:
    """Rules and special tokens, or None where this tokeniser would not give the same ids."""
    model, steps = tree.get("model", {}), (tree.get("normalizer") or {}).get("normalizers", [])
    kinds = [step.get("type") for step in steps]
    if model.get("type") != "Unigram" or model.get("byte_fallback") or kinds != ["Precompiled", "Strip", "Replace"]:
        return None
    space = tree.get("pre_tokenizer") or {}
    if space.get("type") != "Metaspace" or space.get("prepend_scheme") != "always" or not space.get("split"):
        return None
    pieces = [piece for piece, _ in model["vocab"]]
    frame = (tree.get("post_processor") or {}).get("special_tokens", {})
    if any("\n" in piece or SPACE in piece[1:] for piece in pieces) or not {"<s>", "</s>"} <= set(frame):
        return None
    rules = character_rules(base64.b64decode(steps[0]["precompiled_charsmap"]))
    if any(len(key) != 1 for key in rules) or rules.get(SPACE) != " ":
        return None
    return {
        "begin": frame["<s>"]["ids"][0],
        "end": frame["</s>"]["ids"][0],
        "unknown": model["unk_id"],
        "specials": [token["id"] for token in tree.get("added_tokens", []) if token["id"] < len(pieces)],
        "rules": {str(ord(key)): replacement for key, replacement in rules.items()},
    }


def character_rules(charsmap: bytes) -> dict[str, str]:
    """Read back SentencePiece's compiled normalisation: what is replaced, and by what."""
    (size,) = struct.unpack_from("<I", charsmap)
    units = np.frombuffer(charsmap, "<u4", size // 4, 4).tolist()
    blob = charsmap[4 + size :]
    rules: dict[str, str] = {}
    stack = [(_base(0, units[0]), b"", bool(units[0] >> 8 & 1))]
    while stack:
        base, key, leaf = stack.pop()
        if leaf:
            value = units[base] & 0x7FFFFFFF
            rules[key.decode("utf-8")] = blob[value : blob.index(b"\0", value)].decode("utf-8")
        for label in range(1, 256):
            place = base ^ label
            if place < len(units) and units[place] & 0x800000FF == label:
                stack.append((_base(place, units[place]), key + bytes([label]), bool(units[place] >> 8 & 1)))
    return rules


def _base(place: int, unit: int) -> int:
    offset: int = unit >> 10 << ((unit & 512) >> 6)
    return place ^ offset
