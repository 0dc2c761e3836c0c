"""A report that was found several times is one report in the store, in searches, clusters and exports."""

from __future__ import annotations

import json
from pathlib import Path

import opencc
import pytest

from embed.index import Filter, Store, prepared, upkeep
from embed.index.catalog import Catalog
from embed.pipeline import index_files
from embed.structure.duplicates import sketch
from service.clusters import cluster
from service.export import export_jsonl
from service.similar import find_similar
from service.similar.query import SimilarQuery
from tests.helpers.make_files import make_html
from tests.helpers.stores import HashEncoder

ADVERTISING = "澳门新葡京娱乐城官网_百家乐开户"


@pytest.fixture(scope="module")
def text(gold: Path) -> str:
    return (gold / "dev" / "r08.txt").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def indexed(folder: Path) -> Store:
    store = Store.open(folder.parent / "store", create=True)
    index_files(store, [folder], HashEncoder())
    return store


def repeats(store: Store) -> dict[str, str | None]:
    """The name of each file → the name of the file that it repeats."""
    with store.current() as generation:
        found = [generation.report_at(row) for row in range(len(generation.reports))]
    names = {r.id: Path(r.file).name for r in found}
    return {Path(r.file).name: names[r.duplicate_of] if r.duplicate_of else None for r in found}


def with_advertising(text: str) -> str:
    lines = text.splitlines()
    for i in range(3, len(lines), 4):
        middle = len(lines[i]) // 2
        lines[i] = lines[i][:middle] + ADVERTISING + lines[i][middle:]
    return "\n".join(lines)


@pytest.fixture
def four_times(folder: Path, text: str) -> Store:
    """As text, as a page with its frame and its date, on a mirror in traditional characters, and defaced."""
    traditional = opencc.OpenCC("s2t").convert(text)
    assert traditional != text
    write(
        folder,
        plain_txt=text,
        page_html=make_html(text, published="2024-01-31 09:30"),
        mirror_txt=traditional,
        defaced_txt=with_advertising(text),
    )
    return indexed(folder)


def test_a_page_a_mirror_and_a_defaced_copy_are_one_report(four_times: Store) -> None:
    assert repeats(four_times) == {
        "page.html": None,
        "plain.txt": "page.html",
        "mirror.txt": "page.html",
        "defaced.txt": "page.html",
    }


def test_searches_see_it_once(four_times: Store) -> None:
    with four_times.current() as generation:
        query = SimilarQuery(text="高层楼宇和在建工地检查", k=50, collapse_copies=False)
        hits = find_similar(generation, HashEncoder(), query).hits
        everything = generation.rows(Filter(include_duplicates=True))

    assert len({hit.report for hit in hits}) == 1
    assert len(everything) > 3 * len(hits)


def test_clusters_count_it_once(four_times: Store) -> None:
    with four_times.current() as generation:
        clustering = cluster(generation, encoder=None)
        (original,) = (row for row in range(4) if generation.reports.duplicate_of[row] < 0)
        passages = int(generation.reports.count[original])

    assert 0 < sum(found.passages for found in clustering.roles.values()) <= passages
    assert clustering.reports == 1


def test_an_export_holds_all_and_names_the_original(four_times: Store, tmp_path: Path) -> None:
    with four_times.current() as generation:
        export_jsonl(generation, tmp_path / "out")
    lines = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    reports = {Path(r["file"]).name: r for r in rows}

    assert {name: r["duplicate_of"] for name, r in reports.items()} == {
        "page.html": None,
        **dict.fromkeys(("plain.txt", "mirror.txt", "defaced.txt"), reports["page.html"]["id"]),
    }


def test_a_neighbours_copied_report_is_a_report_of_its_own(folder: Path, text: str) -> None:
    write(folder, here_txt=text, there_txt=text.replace("静安", "徐汇"))

    assert repeats(indexed(folder)) == {"here.txt": None, "there.txt": None}


def test_last_years_report_used_again_is_a_report_of_its_own(folder: Path, text: str) -> None:
    write(folder, this_txt=text, last_txt=text.replace("2023", "2022"))

    assert repeats(indexed(folder)) == {"this.txt": None, "last.txt": None}


def test_a_corrected_year_tells_copies_apart_and_a_corrected_place_too(folder: Path, text: str) -> None:
    write(folder, a_txt=text, b_txt=text + "\n", c_txt=text + "\n\n")
    store = indexed(folder)
    before = repeats(store)
    with store.current() as generation:
        (original,) = (name for name, of in before.items() if of is None)
        copies = [report.id for report in map(generation.report_at, range(3)) if Path(report.file).name != original]

    upkeep.correct(store, copies[0], {"year": "2019"}, who="test", why="test")
    upkeep.correct(store, copies[1], {"region": "310104"}, who="test", why="test")

    assert sorted(before.values(), key=str) == [None, original, original]
    assert set(repeats(store).values()) == {None}


def test_each_text_is_sketched_once_for_good(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sketched: list[str] = []

    def counted(given: str) -> bytes:
        sketched.append(given)
        return sketch(given)

    monkeypatch.setattr(prepared, "sketch", counted)
    write(folder, a_txt=text, b_txt=text + "\n")
    store = indexed(folder)
    index_files(store, [folder], HashEncoder())
    assert len(sketched) == 2

    write(folder, c_txt=text.replace("静安", "徐汇"))
    index_files(store, [folder], HashEncoder())
    assert len(sketched) == 3
    assert sorted(repeats(store).values(), key=str).count(None) == 2


@pytest.mark.parametrize("change", ["DELETE FROM prepared", "UPDATE prepared SET rules = 'of an older Bijian'"])
def test_a_store_without_sketches_gets_them_with_the_next_generation(folder: Path, text: str, change: str) -> None:
    write(folder, a_txt=text, b_txt=text + "\n")
    store = indexed(folder)
    before = repeats(store)
    catalog = Catalog(store.path / "catalog.sqlite")
    catalog.run(change)
    catalog.close()

    write(folder, c_txt=text.replace("静安", "徐汇"))
    index_files(store, [folder], HashEncoder())

    assert repeats(store) == {**before, "c.txt": None}
