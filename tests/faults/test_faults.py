"""The quick form of the fault suite; `python -m tests.faults` is the full one."""

from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import BijianError, DiskFull, StoreCorrupt
from embed.index import Store
from embed.index.catalog import Catalog
from embed.index.verify import repair, verify
from embed.pipeline import index_files
from tests.faults import workload
from tests.faults.trials import Ground, try_fault
from tests.helpers.stores import HashEncoder

MOMENTS = 12


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(("kind", "moments"), [("die", MOMENTS), ("tear", 4), ("full", 3), ("refused", 2)])
def test_after_a_fault_at_any_moment_the_old_or_the_new_content_is_there_whole(
    ground: Ground, kind: str, moments: int
) -> None:
    total = ground.count(kind)

    trials = [try_fault(ground, kind, 1 + (total - 1) * n // (moments - 1)) for n in range(moments)]

    assert [t for t in trials if t.problems] == []
    expected = "killed" if kind in ("die", "tear") else "refused"
    assert {t.ended for t in trials} == {expected}


def files_of(store: Path) -> list[Path]:
    return sorted(p for p in store.rglob("*") if p.is_file() and p.name != "LOCK" and p.stat().st_size)


def test_a_flipped_byte_in_any_file_is_found_named_and_mended(ground: Ground) -> None:
    before = workload.content(ground.store)
    names = [p.relative_to(ground.store) for p in files_of(ground.store)]
    inside = [name for name in names if name.parts[0] == "generations" and name.name != "manifest.json"]
    assert len(inside) > 30

    for name in sorted({*names} - {*inside}) + inside[::4]:
        copy = ground.copy("flipped")
        data = bytearray((copy / name).read_bytes())
        data[len(data) * 2 // 3] ^= 0x20
        (copy / name).write_bytes(data)
        damages = verify(Store.open(copy))
        if name.name != "catalog.sqlite" or damages:
            assert [d.file for d in damages] == [str(name)] or str(name) in {d.file for d in damages}, name
        repair(Store.open(copy))
        index_files(Store.open(copy), [], HashEncoder(16))
        assert workload.content(copy) == before, name
        assert verify(Store.open(copy)) == [], name


def test_a_file_that_was_cut_off_is_named_when_the_store_is_opened_or_verified(ground: Ground) -> None:
    for name in [p.relative_to(ground.store) for p in files_of(ground.store)]:
        copy = ground.copy("cut")
        data = (copy / name).read_bytes()
        (copy / name).write_bytes(data[: len(data) // 2])
        assert str(name) in {d.file for d in verify(Store.open(copy))}, name
        if name.parts[0] == "generations":
            with pytest.raises(StoreCorrupt, match=name.name.replace(".", r"\.")):
                Store.open(copy).current()


def test_a_catalog_whose_rows_were_changed_behind_its_back_is_found_and_made_anew(ground: Ground) -> None:
    copy = ground.copy("rows")
    catalog = Catalog(copy / "catalog.sqlite")
    catalog.run("UPDATE contents SET name = 'other.txt'")
    catalog.close()

    assert {d.file for d in verify(Store.open(copy))} == {"catalog.sqlite"}
    repair(Store.open(copy))

    assert verify(Store.open(copy)) == []
    encoder = HashEncoder(16)
    outcome = index_files(Store.open(copy), [ground.files], encoder)
    assert (outcome.read, outcome.embedded, len(encoder.encoded)) == (5, 1, 1)


def test_a_catalog_that_may_not_grow_is_a_full_disk(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = ground.copy("full-catalog")
    opened = Catalog.__init__

    def small(self: Catalog, path: Path, *, create: bool = False) -> None:
        opened(self, path, create=create)
        pages = self.run("PRAGMA page_count")[0][0]
        self.run(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(Catalog, "__init__", small)
    with pytest.raises(DiskFull):
        index_files(Store.open(copy), [ground.files], HashEncoder(16))
    monkeypatch.undo()

    assert workload.content(copy) == ground.allowed[0]
    workload.run(copy, ground.files)
    assert workload.content(copy) == ground.final


def test_without_current_a_store_is_damaged_and_not_empty(ground: Ground) -> None:
    copy = ground.copy("without")
    (copy / "CURRENT").unlink()

    with pytest.raises(BijianError, match="CURRENT is damaged"), Store.open(copy).writer():
        pass
    repair(Store.open(copy))

    assert workload.content(copy) == ground.allowed[0]
