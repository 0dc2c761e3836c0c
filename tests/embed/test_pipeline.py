"""Files to generations: only what changed is read, only what is new is encoded, work survives interruption."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch, StoreVersion
from embed.index import Store, upkeep
from embed.index.manifest import Manifest
from embed.models.encoder import Side
from embed.pipeline import IndexOptions, index_files, reindex
from embed.structure.facts import Facts
from embed.structure.report import Region
from service.export import export_jsonl
from tests.faults.workload import write_files
from tests.helpers.stores import HashEncoder

GOLD = Path(__file__).parent.parent / "gold" / "dev"


def reports_of(store: Store) -> dict[str, object]:
    with store.current() as generation:
        found = [generation.report_at(row) for row in range(len(generation.reports))]
    return {Path(r.file).name: r for r in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "in", 1)
    return tmp_path / "in"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def test_the_same_files_again_read_nothing_encode_nothing_and_open_no_encoder(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())

    def no_encoder() -> HashEncoder:
        raise AssertionError

    again = index_files(store, [folder], no_encoder)

    assert (again.changed, again.read, again.embedded, again.unchanged) == (False, 0, 0, 5)
    assert again.generation == 1


def test_one_changed_file_costs_one_file(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    changed = folder / "安居区.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n设备老旧，经费保障不足。", encoding="utf-8")
    encoder = HashEncoder()

    outcome = index_files(store, [folder], encoder)

    assert (outcome.read, outcome.unchanged, outcome.reports) == (1, 4, 5)
    assert len(encoder.encoded) == 1


def test_a_file_that_is_gone_stays_until_it_is_pruned(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    (folder / "安居区.txt").unlink()

    kept = index_files(store, [folder], HashEncoder())
    pruned = index_files(store, [folder], HashEncoder(), options=IndexOptions(prune=True))

    assert (kept.reports, kept.changed) == (5, False)
    assert (pruned.reports, pruned.removed) == (4, 1)


def test_pruning_one_folder_leaves_other_folders_alone(store: Store, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("另一份报告。\n普法宣传。", encoding="utf-8")
    index_files(store, [folder, other], HashEncoder())
    (folder / "安居区.txt").unlink()
    (other / "x.txt").unlink()

    outcome = index_files(store, [folder], HashEncoder(), options=IndexOptions(prune=True))

    assert (outcome.removed, outcome.reports) == (1, 5)


def test_a_broken_file_is_listed_and_the_rest_is_done(store: Store, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")

    outcome = index_files(store, [folder, folder / "missing.txt"], HashEncoder())

    assert outcome.reports == 5
    assert {(Path(f.name).name, f.reason) for f in outcome.failures} == {
        ("empty.txt", "empty"),
        ("missing.txt", "missing"),
    }


def test_a_file_that_breaks_later_keeps_its_earlier_content(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    (folder / "安居区.txt").write_bytes(b"")

    outcome = index_files(store, [folder], HashEncoder())

    assert (outcome.reports, outcome.changed, len(outcome.failures)) == (5, False, 1)


class Stopping(HashEncoder):
    """Gives up at its second call, as a kill would."""

    calls = 0

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        self.calls += 1
        if self.calls == 2:
            raise KeyboardInterrupt
        return super().encode(texts, side=side)


def test_after_an_interruption_nothing_is_read_or_encoded_twice(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.pipeline.embedding._KEEP", 4)
    stopped, encoder = Stopping(), HashEncoder()

    with pytest.raises(KeyboardInterrupt):
        index_files(store, [folder], stopped)
    outcome = index_files(store, [folder], encoder)

    assert outcome.read == 0
    assert len(stopped.encoded) == 4
    assert not set(stopped.encoded) & set(encoder.encoded)
    assert outcome.reports == 5
    assert [j["state"] for j in upkeep.recent_jobs(store)] == ["done", "interrupted"]


def test_any_order_and_any_number_of_workers_export_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.pipeline.scanning._POOL_FROM", 2)
    files = sorted(GOLD.glob("*.txt"))
    shuffled = random.Random(3).sample(files, len(files))
    written = []
    for name, paths, workers in (("a", files, 1), ("b", shuffled, 2)):
        store = Store.open(tmp_path / name, create=True)
        index_files(store, paths, HashEncoder(), options=IndexOptions(workers=workers))
        with store.current() as generation:
            export_jsonl(generation, tmp_path / f"out-{name}")
        written.append([(tmp_path / f"out-{name}" / f).read_bytes() for f in ("reports.jsonl", "passages.jsonl")])

    assert written[0] == written[1]


def test_exported_offsets_point_at_the_source_and_every_document_has_a_line(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s", create=True)
    index_files(store, [GOLD / "r00.txt", GOLD / "r01.txt"], HashEncoder())
    with store.current() as generation:
        export_jsonl(generation, tmp_path / "out")
    lines = [
        [json.loads(line) for line in (tmp_path / "out" / name).read_text(encoding="utf-8").splitlines()]
        for name in ("reports.jsonl", "passages.jsonl")
    ]
    texts = {r["id"]: Path(r["file"]).read_text(encoding="utf-8") for r in lines[0]}

    assert {Path(r["file"]).name for r in lines[0]} == {"r00.txt", "r01.txt"}
    assert all(texts[p["report"]][p["start"] : p["end"]].strip() for p in lines[1])
    assert {"id", "report", "start", "end", "role", "heading", "text"} <= set(lines[1][0])


def test_the_same_bytes_under_two_names_are_one_report_with_both_names(store: Store, folder: Path) -> None:
    (folder / "copy.txt").write_bytes((folder / "安居区.txt").read_bytes())

    outcome = index_files(store, [folder], HashEncoder())

    assert outcome.reports == 5
    report = next(r for r in reports_of(store).values() if len(r.files) == 2)  # type: ignore[attr-defined]
    assert sorted(Path(f).name for f in report.files) == ["copy.txt", "安居区.txt"]  # type: ignore[attr-defined]


def test_known_facts_win_and_are_remembered(store: Store, folder: Path) -> None:
    path = folder / "大英县.txt"
    facts = {str(path): Facts(year=2019, region=Region(province="四川省", code="51"))}

    index_files(store, [folder], HashEncoder(), facts=facts)
    again = index_files(store, [folder], HashEncoder())

    metadata = reports_of(store)["大英县.txt"].metadata  # type: ignore[attr-defined]
    assert (metadata.year, metadata.region.code, again.changed) == (2019, "51", False)


def test_another_model_is_refused_until_the_store_is_reindexed_with_it(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    (folder / "new.txt").write_text("一份新报告。\n开展仲裁工作。", encoding="utf-8")
    other = HashEncoder(24, model="other")

    with pytest.raises(ModelMismatch, match="holds vectors of hash"):
        index_files(store, [folder], other)
    changed = reindex(store, other)

    with store.current() as generation:
        assert (generation.manifest.model.name, generation.vectors.shape[1]) == ("other", 24)
    assert changed.reports == 5
    back = HashEncoder()
    assert reindex(store, back).reports == 5
    assert back.encoded == []


def test_corrections_and_removals_survive_a_reindex_and_a_rollback_undoes_them(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    report = reports_of(store)["大英县.txt"].id  # type: ignore[attr-defined]
    gone = reports_of(store)["蓬溪县.txt"].id  # type: ignore[attr-defined]

    upkeep.correct(store, report, {"year": "2020", "region": "510904", "level": ""}, who="a", why="b")
    upkeep.remove(store, [gone], who="a", why="twice")
    reindex(store, HashEncoder())

    found = reports_of(store)
    metadata = found["大英县.txt"].metadata  # type: ignore[attr-defined]
    assert (metadata.year, metadata.region.county, metadata.level) == (2020, "安居区", None)
    assert found["大英县.txt"].corrected == ("level", "region", "year")  # type: ignore[attr-defined]
    assert "蓬溪县.txt" not in found
    upkeep.restore(store, [gone])
    assert "蓬溪县.txt" in reports_of(store)
    upkeep.rollback(store)
    assert "蓬溪县.txt" not in reports_of(store)
    assert [e.field for e in upkeep.edits_in_force(store)] == ["level", "region", "year", "removed"] or len(
        upkeep.edits_in_force(store)
    ) == 4


def test_a_store_of_an_older_format_says_so_and_is_built_anew_without_encoding(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())
    inside = store.path / "generations" / "1"
    replace(Manifest.read(inside), format=1).write(inside)
    encoder = HashEncoder()

    with pytest.raises(StoreVersion, match="has format 1, this version of Bijian reads format 2"):
        Store.open(store.path).current()
    outcome = index_files(store, [folder], encoder)

    assert (outcome.changed, outcome.reports, outcome.read, encoder.encoded) == (True, 5, 0, [])


def test_the_whole_reading_of_a_report_can_be_read_again(store: Store, folder: Path) -> None:
    index_files(store, [folder], HashEncoder())

    report = store.read(reports_of(store)["大英县.txt"])  # type: ignore[arg-type]

    assert report.source_text == (folder / "大英县.txt").read_text(encoding="utf-8")
    assert [report.source_text[p.start : p.end] for p in report.passages] == [p.text for p in report.passages]
    assert report.metadata.evidence


def test_data_files_in_a_folder_are_no_reports_unless_they_are_named(store: Store, folder: Path) -> None:
    reports = len(list(folder.iterdir()))
    (folder / "notes.json").write_text('{"title": "法治政府建设情况报告"}', encoding="utf-8")

    assert index_files(store, [folder], HashEncoder()).files == reports
    assert index_files(store, [folder, folder / "notes.json"], HashEncoder()).files == reports + 1


def test_files_whose_names_are_no_utf_8_are_indexed_known_again_and_pruned(store: Store, folder: Path) -> None:
    odd = [folder / os.fsdecode(name) for name in ("法治报告.txt".encode("gbk"), b"\xff\xfe.txt", rb"a\x41.txt")]
    for number, path in enumerate(odd):
        path.write_text(f"第{number}份报告。\n全年开展普法宣传{number + 3}次。", encoding="utf-8")

    first = index_files(store, [folder], HashEncoder())
    again = index_files(store, [folder], HashEncoder())
    anew = reindex(store, HashEncoder())
    for path in odd:
        path.unlink()
    pruned = index_files(store, [folder], HashEncoder(), options=IndexOptions(prune=True))

    assert (first.reports, first.failures) == (8, [])
    assert (again.read, again.unchanged) == (0, 8)
    assert anew.reports == 8
    assert (pruned.removed, pruned.reports) == (3, 5)
