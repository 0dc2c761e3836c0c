from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from embed.exceptions import ModelCorrupt
from embed.models.checksums import folder_checksums, verify_folder, write_checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "model"
    (place / "1_Pooling").mkdir(parents=True)
    (place / "model.safetensors").write_bytes(b"weights")
    (place / "1_Pooling" / "config.json").write_text("{}")
    write_checksums(place)
    return place


def test_every_file_is_recorded_by_its_path(folder: Path) -> None:
    sums = verify_folder(folder)

    assert sums == {
        "1_Pooling/config.json": hashlib.sha256(b"{}").hexdigest(),
        "model.safetensors": hashlib.sha256(b"weights").hexdigest(),
    }


def test_a_flipped_bit_is_found_and_the_file_named(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"veights")

    with pytest.raises(ModelCorrupt, match=r"model\.safetensors") as caught:
        verify_folder(folder)

    assert str(folder) in (caught.value.hint or "")


def test_a_flipped_bit_is_found_after_the_file_was_once_found_whole(folder: Path, tmp_path: Path) -> None:
    stamps = tmp_path / "verified"
    verify_folder(folder, stamps=stamps)
    (folder / "model.safetensors").write_bytes(b"veights")

    with pytest.raises(ModelCorrupt, match=r"model\.safetensors"):
        verify_folder(folder, stamps=stamps)


def test_a_file_with_the_same_size_and_time_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    stamps = tmp_path / "verified"
    sums = verify_folder(folder, stamps=stamps)
    path = folder / "model.safetensors"
    times = path.stat()
    path.write_bytes(b"veights")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert verify_folder(folder, stamps=stamps) == sums
    with pytest.raises(ModelCorrupt):
        verify_folder(folder)


@pytest.mark.parametrize("damage", ["missing file", "no record", "broken record", "other record"])
def test_a_missing_file_or_record_is_corruption(folder: Path, damage: str) -> None:
    record = folder / "checksums.json"
    match damage:
        case "missing file":
            (folder / "model.safetensors").unlink()
        case "no record":
            record.unlink()
        case "broken record":
            record.write_text("{")
        case "other record":
            record.write_text("[]")

    with pytest.raises(ModelCorrupt):
        verify_folder(folder)


def test_damaged_stamps_cost_time_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    stamps = tmp_path / "verified"
    sums = verify_folder(folder, stamps=stamps)
    for file in stamps.iterdir():
        file.write_text("not json")

    assert verify_folder(folder, stamps=stamps) == sums


def test_of_a_foreign_folder_only_the_files_that_decide_vectors_count(folder: Path) -> None:
    (folder / "checksums.json").unlink()
    (folder / "README.md").write_text("a model")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"other")

    assert sorted(folder_checksums(folder)) == ["1_Pooling/config.json", "model.safetensors"]
