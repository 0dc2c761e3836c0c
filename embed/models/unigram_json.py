"""Write a SentencePiece unigram vocabulary as the tokenizer.json of an XLM-R-style model."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping

from embed.models.e5_file import E5File

__all__ = ["character_map", "tokenizer_json"]

LEAF = 1 << 31
MASK = "<mask>"


def tokenizer_json(source: E5File) -> str:
    """The text of tokenizer.json: normalisation rules, metaspace, unigram pieces, `<s> … </s>`."""
    specials = [source.bos, source.pad, source.eos, source.unk]
    specials += [i for i in (len(source.pieces) - 1,) if source.pieces[i] == MASK]
    begin, end = source.pieces[source.bos], source.pieces[source.eos]
    charsmap = base64.b64encode(character_map({chr(code): new for code, new in source.rules.items()})).decode("ascii")
    tree = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(i, source.pieces[i]) for i in sorted(specials)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": charsmap},
                {"type": "Strip", "strip_left": True, "strip_right": True},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": _template(source, begin, end),
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {
            "type": "Unigram",
            "unk_id": source.unk,
            "vocab": [
                [piece, float(score)] for piece, score in zip(source.pieces, source.scores.tolist(), strict=True)
            ],
            "byte_fallback": False,
        },
    }
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def _added(token: int, piece: str) -> dict[str, object]:
    return {
        "id": token,
        "content": piece,
        "single_word": False,
        "lstrip": piece == MASK,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def _template(source: E5File, begin: str, end: str) -> dict[str, object]:
    def special(piece: str) -> dict[str, object]:
        return {"SpecialToken": {"id": piece, "type_id": 0}}

    def sequence(which: str) -> dict[str, object]:
        return {"Sequence": {"id": which, "type_id": 0}}

    return {
        "type": "TemplateProcessing",
        "single": [special(begin), sequence("A"), special(end)],
        "pair": [special(begin), sequence("A"), special(end), special(end), sequence("B"), special(end)],
        "special_tokens": {
            begin: {"id": begin, "ids": [source.bos], "tokens": [begin]},
            end: {"id": end, "ids": [source.eos], "tokens": [end]},
        },
    }


def character_map(rules: Mapping[str, str]) -> bytes:
    """SentencePiece's compiled form of what is replaced by what.

    Layout, little endian: u32 byte length of the trie; the trie as a double array of u32 units over the UTF-8 bytes
    of the keys, each ending in a zero label whose unit holds the offset of the replacement; the replacements, each
    ending in a zero byte.
    """
    blob = bytearray()
    tree: dict[int, object] = {}
    for key, replacement in sorted(rules.items()):
        node = tree
        for byte in key.encode("utf-8"):
            child = node.setdefault(byte, {})
            assert isinstance(child, dict)
            node = child
        node[0] = len(blob)
        blob += replacement.encode("utf-8") + b"\0"
    units = _double_array(tree)
    return struct.pack("<I", 4 * len(units)) + struct.pack(f"<{len(units)}I", *units) + bytes(blob)


def _double_array(tree: dict[int, object]) -> list[int]:
    """Place the children of a node at base XOR label. A unit: label in bits 0-7, leaf flag in bit 8, offset above."""
    units = {0: 0}
    base = 0
    queue: list[tuple[int, dict[int, object]]] = [(0, tree)]
    for place, node in queue:
        # No two nodes may share a base; going on from the last one is quick, and wastes little on so few keys.
        base += 1
        while any(base ^ label in units for label in node):
            base += 1
        units[place] |= (place ^ base) << 10 | (256 if 0 in node else 0)
        for label, child in sorted(node.items()):
            if isinstance(child, dict):
                units[base ^ label] = label
                queue.append((base ^ label, child))
            else:
                assert isinstance(child, int)
                units[base ^ label] = LEAF | child
    # A reader may look at any label under a base: keep the array long enough for all of them.
    return [units.get(place, 0) for place in range((max(units) | 255) + 1)]
