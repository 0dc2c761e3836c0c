"""Read a BERT-like sentence-transformers folder without torch: sizes, pooling, weights mapped from the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelCorrupt
from embed.models.tensors import read_tensors

__all__ = ["BertFolder", "read_bert_folder", "unsupported_reason"]

ACTIVATIONS = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


@dataclass(frozen=True, slots=True)
class BertFolder:
    """An encoder of BERT's shape.

    Attributes:
        hidden, layers, heads: sizes.
        epsilon: of the layer norms.
        gelu: `erf` or `tanh`.
        pooling: `mean` or `cls`.
        limit: tokens of the longest text, special tokens included.
        first_position: row of the first token in the position table.
        tensors: arrays by name without the model's own prefix; bfloat16 as uint16.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    gelu: str
    pooling: str
    limit: int
    first_position: int
    tensors: dict[str, NDArray[np.generic]]

    def weight(self, name: str) -> NDArray[np.float32]:
        """One tensor, copied, as float32."""
        return as_float32(self.tensors[name])

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Word + position + type embeddings of one text, before the first layer norm: shape (len(ids), hidden)."""
        places = slice(self.first_position, self.first_position + len(ids))
        vectors = as_float32(self.tensors["embeddings.word_embeddings.weight"][ids])
        vectors += as_float32(self.tensors["embeddings.position_embeddings.weight"][places])
        vectors += as_float32(self.tensors["embeddings.token_type_embeddings.weight"][0])
        return vectors


def as_float32(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """A float32 copy; uint16 holds the bits of bfloat16."""
    if values.dtype == np.uint16:
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)


def unsupported_reason(folder: Path) -> str | None:
    """Why the fast engine cannot run this folder, in words; None if it can.

    Raises:
        ModelCorrupt: a configuration file is not valid.
    """
    config = _read(folder / "config.json")
    checks = {
        f"model type {config.get('model_type')!r}": config.get("model_type") in ("bert", "xlm-roberta"),
        f"activation {config.get('hidden_act')!r}": config.get("hidden_act") in ACTIVATIONS,
        "position embeddings that are not absolute": config.get("position_embedding_type", "absolute") == "absolute",
        "weights that are not one safetensors file": (folder / "model.safetensors").is_file(),
        "a tokenizer without tokenizer.json": (folder / "tokenizer.json").is_file(),
        "modules after pooling other than normalisation": _modules(folder) in (2, 3),
        "pooling other than mean or first token": _pooling(folder) is not None,
    }
    return next((reason for reason, fits in checks.items() if not fits), None)


def read_bert_folder(folder: Path) -> BertFolder:
    """Map the weights and read the sizes of a folder that `unsupported_reason` has nothing against.

    Raises:
        ModelCorrupt: a file is damaged or a tensor is missing.
    """
    config = _read(folder / "config.json")
    tensors = {}
    for name, values in read_tensors(folder / "model.safetensors").items():
        head, _, rest = name.partition(".")
        tensors[rest if head in ("bert", "roberta") else name] = values
    # RoBERTa counts positions from the padding id on.
    first = int(config["pad_token_id"]) + 1 if config["model_type"] == "xlm-roberta" else 0
    limit = int(config["max_position_embeddings"]) - first
    stated = _read(folder / "sentence_bert_config.json").get("max_seq_length") or limit
    pooling = _pooling(folder)
    layers = int(config["num_hidden_layers"])
    last = f"encoder.layer.{layers - 1}.output.LayerNorm.bias"
    if last not in tensors or "embeddings.word_embeddings.weight" not in tensors or pooling is None:
        raise ModelCorrupt(f"{folder}/model.safetensors does not hold a BERT encoder of {layers} layers.")
    return BertFolder(
        hidden=int(config["hidden_size"]),
        layers=layers,
        heads=int(config["num_attention_heads"]),
        epsilon=float(config["layer_norm_eps"]),
        gelu=ACTIVATIONS[config["hidden_act"]],
        pooling=pooling,
        limit=min(limit, int(stated)),
        first_position=first,
        tensors=tensors,
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelCorrupt(f"{path} is not valid: {error}.") from error
    return tree if isinstance(tree, dict) else {}


def _modules(folder: Path) -> int:
    path = folder / "modules.json"
    try:
        modules = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelCorrupt(f"{path} is not valid: {error}.") from error
    return len(kinds) if kinds == ["Transformer", "Pooling", "Normalize"][: len(kinds)] else 0


def _pooling(folder: Path) -> str | None:
    config = _read(folder / "1_Pooling" / "config.json")
    if config.get("pooling_mode") in ("mean", "cls"):
        return str(config["pooling_mode"])
    modes = [name for name, on in config.items() if name.startswith("pooling_mode_") and on is True]
    return POOLINGS.get(modes[0]) if len(modes) == 1 else None
