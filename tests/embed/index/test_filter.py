"""A filter says exactly what it says: checked against plain loops over made reports."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embed.exceptions import QueryError
from embed.index import Filter, Generation
from embed.structure.report import Level, Region, Report, ReportKind, Role
from tests.helpers.stores import make_report, make_store

PLACES = [
    Region(),
    Region(province="四川省", code="51"),
    Region(province="四川省", city="遂宁市", code="5109"),
    Region(province="四川省", city="遂宁市", county="安居区", code="510904"),
    Region(province="四川省", city="遂宁市", county="安居区", town="磨溪镇", code="510904105"),
    Region(province="重庆市", county="荣昌区", code="500153"),
    Region(province="广东省", city="东莞市", town="石龙镇", code="441900103"),
]
CODES = ["51", "5109", "510904", "510904105", "50", "5001", "500153", "44", "4419", "99"]


def reports() -> list[Report]:
    made = []
    for number, place in enumerate(PLACES):
        for year in (None, 2022, 2024):
            kind = ReportKind.PLAN if number == 1 and year == 2022 else ReportKind.REPORT
            passages = [(Role.MEASURE, f"调解矛盾纠纷{number}件{year}"), (Role.PROBLEM, f"人员不足{number}、{year}")]
            made.append(
                make_report(
                    f"{number}-{year}.txt",
                    passages,
                    year=year,
                    region=place,
                    kind=kind,
                    level=[None, *Level][number % 6],
                    department="生态环境局" if number == 3 else None,
                )
            )
    return made


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return make_store(tmp_path_factory.mktemp("filter") / "store", reports()).current()


ABOUT = {Role.MEASURE: "20", Role.PROBLEM: "13"}  # what 调解 and 人员不足 are about


def kept_by_hand(report: Report, role: Role, where: Filter) -> bool:
    metadata, code = report.metadata, report.metadata.region.code or ""
    year = metadata.year
    return all(
        (
            metadata.kind in where.kinds if where.kinds else metadata.kind.is_report or where.include_other_kinds,
            not where.regions or any(code.startswith(c) for c in where.regions),
            not any(code.startswith(c) for c in where.exclude_regions),
            where.year_from is None or (year is not None and year >= where.year_from),
            where.year_to is None or (year is not None and year <= where.year_to),
            not where.roles or role in where.roles,
            not where.outline or ABOUT[role] in where.outline,
            not where.levels or metadata.level in where.levels,
            not where.departments or metadata.department in where.departments,
            not where.reports or report.id in where.reports,
            report.id not in where.exclude_reports,
        )
    )


IDS = [report.id for report in reports()]
filters = st.builds(
    Filter,
    regions=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
    exclude_regions=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
    year_from=st.none() | st.sampled_from([2021, 2022, 2023, 2025]),
    year_to=st.none() | st.sampled_from([2021, 2022, 2023, 2025]),
    roles=st.lists(st.sampled_from(list(Role)), max_size=2).map(tuple),
    levels=st.lists(st.sampled_from(list(Level)), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from([ReportKind.REPORT, ReportKind.PLAN]), max_size=1).map(tuple),
    outline=st.lists(st.sampled_from(["20", "13", "1", "S6"]), max_size=2).map(tuple),
    departments=st.sampled_from([(), ("生态环境局",), ("不存在的局",)]),
    reports=st.lists(st.sampled_from(IDS), max_size=3).map(tuple),
    exclude_reports=st.lists(st.sampled_from(IDS), max_size=3).map(tuple),
    include_other_kinds=st.booleans(),
)


@given(where=filters)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_filter_keeps_exactly_the_passages_that_a_loop_over_the_reports_keeps(
    generation: Generation, where: Filter
) -> None:
    expected = {
        report.passage_id(passage.ordinal)
        for report in reports()
        for passage in report.passages
        if kept_by_hand(report, passage.role, where)
    }

    rows = generation.rows(where)

    assert {generation.passage_id(row) for row in rows} == expected
    assert list(rows) == sorted(set(rows.tolist()))


@given(where=filters, k=st.integers(1, 50))
@settings(max_examples=80, deadline=None)
def test_a_search_gives_k_hits_if_k_exist_and_none_outside_the_filter(
    generation: Generation, where: Filter, k: int
) -> None:
    rows = generation.rows(where)

    hits = generation.search(generation.vectors[:1], k, within=rows).rows[0]

    assert len({h for h in hits.tolist() if h >= 0}) == min(k, len(rows))
    assert {h for h in hits.tolist() if h >= 0} <= set(rows.tolist())


@given(where=filters)
@settings(max_examples=40, deadline=None)
def test_a_word_search_finds_no_passage_outside_the_filter(generation: Generation, where: Filter) -> None:
    rows = generation.rows(where)
    everywhere = generation.rows(Filter(include_other_kinds=True, include_duplicates=True))

    hits = generation.lexical.top(["调解", "人员"], 100, within=rows).rows[0]
    all_hits = generation.lexical.top(["调解", "人员"], 100, within=everywhere).rows[0]

    assert {h for h in hits.tolist() if h >= 0} == {h for h in all_hits.tolist() if h >= 0} & set(rows.tolist())


def test_plans_are_kept_out_unless_they_are_asked_for(generation: Generation) -> None:
    plan = next(r for r in reports() if r.metadata.kind is ReportKind.PLAN)

    assert len(generation.rows(Filter(reports=(plan.id,)))) == 0
    assert len(generation.rows(Filter(reports=(plan.id,), kinds=(ReportKind.PLAN,)))) == 2
    assert len(generation.rows(Filter(reports=(plan.id,), include_other_kinds=True))) == 2


@pytest.mark.parametrize(
    ("given_filter", "named"),
    [
        ({"regions": ["5"]}, "'5'"),
        ({"regions": "51x"}, "'51x'"),
        ({"exclude_regions": [51]}, "51"),
        ({"roles": ["measures"]}, "'measures'"),
        ({"levels": ["village"]}, "'village'"),
        ({"kinds": ["reports"]}, "'reports'"),
        ({"outline": ["36"]}, "'36'"),
        ({"reports": ["r12"]}, "'r12'"),
        ({"year_from": "2024"}, "'2024'"),
        ({"year_to": 24}, "24"),
        ({"year_to": True}, "True"),
        ({"include_duplicates": "yes"}, "'yes'"),
        ({"province": "51"}, "'province'"),
        ({"regions": 51}, "51"),
    ],
)
def test_a_filter_without_meaning_is_refused_by_name(given_filter: dict[str, object], named: str) -> None:
    with pytest.raises(QueryError) as refused:
        Filter.parse(given_filter)

    assert named in refused.value.message


def test_filters_that_say_the_same_are_equal_whatever_the_order() -> None:
    first = Filter(regions=("51", "35"), roles=(Role.PROBLEM, Role.MEASURE))

    assert first == Filter.parse({"regions": ["35", "51", "35"], "roles": ["measure", "problem"]})
    assert hash(first) == hash(Filter(regions=("35", "51"), roles=(Role.MEASURE, Role.PROBLEM)))
