"""The same report twice is counted once; a copy of another place's report is not the same report."""

from __future__ import annotations

from pathlib import Path

from embed.index import Filter, Generation
from embed.structure.report import Region, Report, ReportKind, Role
from tests.helpers.stores import make_report, make_store

TEXTS = [
    (Role.MEASURE, t)
    for t in ("开展人民调解化解矛盾", "组织干部旁听庭审", "落实重大执法决定法制审核", "推行一窗受理", "公开权责清单")
]


def duplicates(generation: Generation) -> dict[str, str | None]:
    found = [generation.report_at(row) for row in range(len(generation.reports))]
    return {r.file: r.duplicate_of for r in found}


def store_of(tmp_path: Path, *reports: Report) -> Generation:
    return make_store(tmp_path / "s", reports).current()


def test_a_repost_with_a_passage_less_repeats_the_longer_one(tmp_path: Path) -> None:
    full, repost = make_report("full.txt", TEXTS), make_report("repost.txt", TEXTS[:4])

    with store_of(tmp_path, full, repost) as generation:
        assert duplicates(generation) == {"full.txt": None, "repost.txt": full.id}
        assert len(generation.rows()) == 5
        assert len(generation.rows(Filter(include_duplicates=True))) == 9


def test_another_place_or_year_with_the_same_words_stays_a_report_of_its_own(tmp_path: Path) -> None:
    here = make_report("here.txt", TEXTS)
    there = make_report("there.txt", TEXTS, region=Region(province="福建省", code="35"))
    later = make_report("later.txt", TEXTS, year=2025)

    with store_of(tmp_path, here, there, later) as generation:
        assert set(duplicates(generation).values()) == {None}


def test_a_document_that_is_no_report_never_stands_for_one(tmp_path: Path) -> None:
    report = make_report("z.txt", TEXTS)
    news = make_report("a.txt", TEXTS, kind=ReportKind.NEWS)

    with store_of(tmp_path, report, news) as generation:
        assert duplicates(generation) == {"z.txt": None, "a.txt": report.id}
        assert len(generation.rows()) == 5


def test_what_is_not_known_of_one_of_them_does_not_tell_them_apart(tmp_path: Path) -> None:
    full = make_report("full.txt", [*TEXTS, (Role.PLAN, "下一步加强培训")])
    bare = make_report("bare.txt", TEXTS, year=None, region=Region(), level=None)

    with store_of(tmp_path, full, bare) as generation:
        assert duplicates(generation) == {"full.txt": None, "bare.txt": full.id}


def test_half_of_the_words_in_common_is_not_the_same_report(tmp_path: Path) -> None:
    half = make_report(
        "half.txt", [*TEXTS[:2], (Role.MEASURE, "建设法治文化公园和宣传长廊"), (Role.PLAN, "下一步继续努力")]
    )

    with store_of(tmp_path, make_report("full.txt", TEXTS), half) as generation:
        assert set(duplicates(generation).values()) == {None}
