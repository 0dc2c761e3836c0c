"""Open the encoder of a model: its folder, an engine that fits, the cores given."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from embed.exceptions import ModelError
from embed.models.bert_folder import unsupported_reason
from embed.models.cores import cores_given
from embed.models.encoder import Encoder
from embed.models.entry import ModelEntry
from embed.models.folder import model_checksums, model_folder
from embed.models.text_encoder import Engine, TextEncoder

__all__ = ["cores_given", "open_encoder"]


def open_encoder(entry: ModelEntry, *, cache: Path, engine: str = "auto", threads: int = 0) -> Encoder:
    """Build or find the model's folder, and load it into an engine.

    Args:
        entry: a model of models.txt.
        cache: where models are built.
        engine: `openvino` (int8 on the CPU, BERT-like models), `torch` (any model, CPU or GPU), or `auto`.
            A distilled model has an engine of its own.
        threads: 0 for all the cores that this process was given.

    Raises:
        ModelMissing: the model is not here and cannot be built.
        ModelCorrupt: a file fails its checksum.
        MissingDependency: the engine's library is not installed.
        DiskFull: there is no room to build the model.
    """
    folder = model_folder(entry, cache=cache)
    threads = threads or cores_given()
    sums = model_checksums(folder, stamps=cache / "verified")
    if entry.teacher:
        from embed.models.static_engine import StaticEngine

        static = StaticEngine(entry, folder, checksums=sums, cache=cache, threads=threads)
        return TextEncoder(entry, static, sums, static.means)
    return TextEncoder(entry, _engine(entry, folder, sums, cache=cache, engine=engine, threads=threads), sums)


def _engine(entry: ModelEntry, folder: Path, sums: dict[str, str], *, cache: Path, engine: str, threads: int) -> Engine:
    reason = unsupported_reason(folder)
    if engine == "openvino" and reason:
        raise ModelError(
            f"the engine openvino cannot run {entry.name}: it has {reason}.", hint="Use --engine torch or auto."
        )
    if engine == "torch" or reason or (engine == "auto" and _has_gpu()):
        from embed.models.torch_engine import TorchEngine

        return TorchEngine(folder, threads=threads)
    from embed.models.openvino_engine import OpenVINOEngine

    return OpenVINOEngine(entry, folder, checksums=sums, cache=cache, threads=threads)


def _has_gpu() -> bool:
    """Whether a GPU that torch could use is here, found without importing torch."""
    return Path("/dev/nvidia0").exists() and importlib.util.find_spec("torch") is not None
