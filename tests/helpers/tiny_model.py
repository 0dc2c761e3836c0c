"""Tiny models with fixed weights: a four-bit file as the package brings it, and sentence-transformers folders."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from embed.models.e5_file import E5File, read_e5_file
from embed.models.entry import ModelEntry
from embed.models.folder import write_folder

HIDDEN, LAYERS, HEADS, FFN, POSITIONS = 32, 2, 4, 64, 40
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = [
    *SPECIALS,
    "▁",
    "依",
    "法",
    "行",
    "政",
    "依法",
    "行政",
    "依法行政",
    "▁依法",
    "。",
    "，",
    "a",
    "b",
    "ab",
    "▁ab",
    "1",
    "q",
    ":",
]
PIECES += ["<mask>"]
RULES = {0xFF0C: "，", 0xFF41: "a", 0x3000: " ", 0x0A: " ", 0x200B: " ", 0x07: "", 0x2460: "1", 0x2581: " "}


def scores() -> list[float]:
    return [0.0] * 4 + [-1.0 - 0.25 * len(piece) ** 0.5 - 0.01 * i for i, piece in enumerate(PIECES[4:-1])] + [0.0]


def four_bits(rng: np.random.Generator, elements: int) -> bytes:
    blocks = []
    for _ in range(elements // 32):
        scale = np.float16(rng.uniform(0.02, 0.06)).tobytes()
        blocks.append(scale + rng.integers(0, 256, 16, np.uint8).tobytes())
    return b"".join(blocks)


def e5_bytes(seed: int = 0) -> bytes:
    """The whole file, in the layout that `read_e5_file` documents by reading it."""
    rng = np.random.default_rng(seed)
    tensors: list[tuple[str, int, int, bytes]] = []

    def q4(name: str, elements: int) -> None:
        tensors.append((name, 1, elements, four_bits(rng, elements)))

    def f32(name: str, values: np.ndarray) -> None:
        tensors.append((name, 0, values.size, values.astype("<f4").tobytes()))

    q4("emb.word", len(PIECES) * HIDDEN)
    f32("emb.pos", rng.normal(0, 0.1, (POSITIONS, HIDDEN)))
    f32("emb.type", rng.normal(0, 0.1, (2, HIDDEN)))
    for name in ["emb.ln", *(f"l{i}.{part}" for i in range(LAYERS) for part in ("aln", "oln"))]:
        f32(f"{name}.w", rng.uniform(0.8, 1.2, HIDDEN))
        f32(f"{name}.b", rng.normal(0, 0.1, HIDDEN))
    for i in range(LAYERS):
        for part, out, size in [
            *((p, HIDDEN, HIDDEN) for p in ("q", "k", "v", "ao")),
            ("fi", FFN, HIDDEN),
            ("fo", HIDDEN, FFN),
        ]:
            q4(f"l{i}.{part}.w", out * size)
            f32(f"l{i}.{part}.b", rng.normal(0, 0.1, out))
    return _head() + _directory(tensors)


def _head() -> bytes:
    blob = [piece.encode("utf-8") for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4").tobytes()
    rules = b"".join(
        struct.pack(f"<IB{len(new)}I", code, len(new), *map(ord, new)) for code, new in sorted(RULES.items())
    )
    return b"".join([
        b"E5S1", struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, FFN, len(PIECES), POSITIONS, 2, 1e-12, 32),
        struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, blob))), offsets,
        np.array(scores(), "<f4").tobytes(), *blob, struct.pack("<iI", len(RULES), len(rules)), rules,
    ])  # fmt: skip


def _directory(tensors: list[tuple[str, int, int, bytes]]) -> bytes:
    start = len(_head()) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, body = [struct.pack("<i", len(tensors))], b""
    for name, kind, elements, data in tensors:
        directory.append(struct.pack("<H", len(name)) + name.encode())
        directory.append(struct.pack("<BIQQ", kind, elements, start + len(body), len(data)))
        body += data
    return b"".join(directory) + body


def tiny_source(folder: Path, seed: int = 0) -> E5File:
    path = folder / "tiny.bin"
    path.write_bytes(e5_bytes(seed))
    return read_e5_file(path)


def tiny_entry(source: str, **changes: object) -> ModelEntry:
    values: dict[str, object] = {
        "name": "tiny", "source": source, "licence": "MIT", "dimension": HIDDEN, "max_tokens": 32,
        "query_prompt": "q: ", "passage_prompt": "a: ",
    }  # fmt: skip
    return ModelEntry(**(values | changes))  # type: ignore[arg-type]


def tiny_folder(place: Path, seed: int = 0) -> ModelEntry:
    """Write the tiny model as a sentence-transformers folder under `place`, and give its entry."""
    folder = place / "tiny-folder"
    folder.mkdir()
    write_folder(tiny_source(place, seed), tiny_entry("folder:x"), folder)
    return tiny_entry(f"folder:{folder}")


def tiny_package(place: Path, name: str = "bijian_tiny_weights") -> str:
    """A Python package that brings the file; `place` has to be on sys.path. Its source for models.txt."""
    package = place / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "tiny.bin").write_bytes(e5_bytes())
    return f"package:{name}/tiny.bin"
