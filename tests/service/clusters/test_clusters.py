"""Clusters of whole stores: what is common, what is alone, ids that last, changes that hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import QueryError
from embed.index import Filter, Store
from embed.structure.report import Level, Region, Report, Role
from service.clusters import Clustering, NameSource, Parameters, cluster, editing, load, plain
from service.clusters.narrowing import narrow
from tests.helpers.stores import HashEncoder, make_report, make_store

MEDIATION = [
    "健全人民调解组织网络，排查化解婚姻家庭、邻里矛盾纠纷，调解成功率百分之九十八",
    "镇调解委员会开展矛盾纠纷大排查，人民调解员上门调处邻里纠纷",
    "社区设立调解室，聘请退休教师担任调解员化解物业纠纷，调解协议当日申请司法确认",
    "完善矛盾纠纷多元化解机制，村级调委会调解土地纠纷，把矛盾化解在基层",
]
TRAINING = [
    "组织行政执法人员参加执法资格考试和业务轮训，全部持证上岗",
    "开展执法人员培训，执法资格考试未通过的不得上岗执法",
    "执法队员脱产轮训人均六十学时，资格考试合格后领取执法证",
    "加强执法人员资格管理，举办执法业务培训班两期，持证率百分之百",
]
STAFF = ["基层执法力量薄弱，人员编制不足，一人多岗", "执法人员编制不足、人少事多，执法力量难以满足需要"]
ODD = "为手写店招逐块扫描建立影像档案，记下店主口述的来历"
PLACES = [("四川省", "51"), ("浙江省", "33"), ("河北省", "13"), ("辽宁省", "21")]


def region(number: int) -> Region:
    province, code = PLACES[number % len(PLACES)]
    return Region(province=province, county=f"第{number}县", code=f"{code}{number:04d}")


def reports(years: Sequence[int] = (2024,), places: int = 4) -> list[Report]:
    made = []
    for number in range(places):
        for year in years:
            passages = [
                (Role.MEASURE, MEDIATION[number % 4]),
                (Role.MEASURE, TRAINING[number % 4]),
                (Role.PROBLEM, STAFF[number % 2]),
            ]
            if number == 0:
                passages.append((Role.MEASURE, ODD))
            made.append(make_report(f"{number}-{year}", passages, year=year, region=region(number)))
    return made


def clustered(store: Store, **given: object) -> Clustering:
    with store.current() as generation:
        return cluster(generation, encoder=HashEncoder(), **given)  # type: ignore[arg-type]


def loaded(store: Store) -> Clustering:
    return load(store, encoder=HashEncoder)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_store(tmp_path / "store", reports())


def test_kinds_of_measures_are_found_named_and_counted(store: Store) -> None:
    found = clustered(store).roles[Role.MEASURE]

    assert [(c.id, c.name, c.reports.number, c.reports.of) for c in found.clusters] == [
        ("M0001", "人民调解与矛盾纠纷多元化解", 4, 4),
        ("M0002", "执法人员资格管理与培训", 4, 4),
    ]
    assert found.clusters[0].name_source is NameSource.CATALOGUE
    assert found.clusters[0].outline.code == "20"
    assert (found.clusters[0].regions.number, found.clusters[0].regions.of) == (4, 4)
    assert found.clusters[0].support.number == 4


def test_a_passage_like_no_other_stays_alone_and_is_counted(store: Store) -> None:
    found = clustered(store).roles[Role.MEASURE]

    assert len(found.unclustered) == 1
    assert found.unclustered[0].second in {"M0001", "M0002"}
    assert found.passages == 9


def test_what_leaders_did_is_clustered_with_the_measures(tmp_path: Path) -> None:
    texts = ["党政主要负责人切实履行第一责任人职责，亲自部署法治建设", "镇长履行第一责任人职责，亲自过问法治工作"]
    made = [
        *reports(),
        make_report("a", [(Role.LEADERSHIP, texts[0])], region=region(0)),
        make_report("b", [(Role.MEASURE, texts[1])], region=region(1)),
    ]

    found = clustered(make_store(tmp_path / "store", made))

    assert [(c.theme, len(c.members)) for c in found.roles[Role.MEASURE].clusters][2:] == [("first-duty", 2)]
    assert Role.LEADERSHIP not in found.roles


def test_representative_passages_come_from_different_places(store: Store) -> None:
    with store.current() as generation:
        first = clustered(store).roles[Role.MEASURE].clusters[0]
        codes = [
            generation.reports.code[generation.passages.report[generation.row_of(p)]] for p in first.representative
        ]

    assert len(set(codes)) == len(codes) == 4


def test_the_order_of_input_and_the_number_of_threads_change_nothing(tmp_path: Path) -> None:
    one = clustered(make_store(tmp_path / "one", reports()), threads=1)
    two = clustered(make_store(tmp_path / "two", reports()[::-1]), threads=2)

    assert plain(one) == plain(two)


def test_without_an_encoder_there_are_clusters_and_a_warning(store: Store) -> None:
    with store.current() as generation:
        found = cluster(generation)

    assert len(found.roles[Role.MEASURE].clusters) == 2
    assert len(found.warnings) == 1


def test_without_the_catalogue_clusters_come_from_vectors_and_words(store: Store) -> None:
    found = clustered(store, parameters=Parameters(theme_share=0.0, fineness=0.2))

    assert all(c.name_source is NameSource.EXTRACTED for c in found.roles[Role.MEASURE].clusters)
    assert found.warnings == ()


def test_background_is_not_clustered(store: Store) -> None:
    with pytest.raises(QueryError, match="background"):
        clustered(store, roles=[Role.BACKGROUND])


@pytest.mark.parametrize(
    "passages",
    [
        [(Role.MEASURE, MEDIATION[0])],
        [(Role.BACKGROUND, "现将有关情况报告如下。")],
        [(Role.MEASURE, MEDIATION[0])] * 3,
        [(Role.PROBLEM, "人员不足")],
        [(Role.MEASURE, "123"), (Role.MEASURE, "，。")],
    ],
)
def test_a_single_report_of_any_kind_is_no_error(tmp_path: Path, passages: list[tuple[Role, str]]) -> None:
    found = clustered(make_store(tmp_path / "store", [make_report("only", passages)]))

    for role, clusters in found.roles.items():
        pooled = [text for r, text in passages if r is role]
        assert clusters.passages == len(pooled)


def test_two_reports_of_the_same_bytes_are_one(tmp_path: Path) -> None:
    twice = make_report("same", [(Role.MEASURE, MEDIATION[0]), (Role.MEASURE, TRAINING[0])])

    found = clustered(make_store(tmp_path / "store", [twice, replace(twice, file="other")]))

    assert found.reports == 1


def test_a_thousand_equal_passages_are_one_cluster_and_one_copy_family(tmp_path: Path) -> None:
    made = [make_report(f"{n}", [(Role.MEASURE, f"{MEDIATION[0]}")] * 10, region=region(n)) for n in range(100)]

    clusters = clustered(make_store(tmp_path / "store", made)).roles[Role.MEASURE].clusters

    assert [len(c.members) for c in clusters] == [1000]
    assert [len(family) for family in clusters[0].families] == [1000]
    assert (clusters[0].reports.number, clusters[0].reports.of) == (100, 100)


def test_a_kept_clustering_is_read_back_as_it_was_made(store: Store) -> None:
    made = loaded(store)

    def fail() -> HashEncoder:
        raise AssertionError("the kept clustering needs no encoder")

    assert load(store, encoder=fail) == made


def test_most_ids_stay_when_one_report_joins_a_hundred(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store", reports(places=100))
    before = {c.id: set(c.passages) for c in loaded(store).roles[Role.MEASURE].clusters}
    store.add([make_report("new", [(Role.MEASURE, MEDIATION[1]), (Role.MEASURE, "另一件事情")])], HashEncoder())

    after = {c.id: set(c.passages) for c in loaded(store).roles[Role.MEASURE].clusters}

    kept = [i for i in before if i in after and len(before[i] & after[i]) >= 0.9 * len(before[i])]
    assert len(kept) >= 0.95 * len(before)
    changes = editing.changes_of(store, Role.MEASURE)
    assert changes is not None
    assert (changes.kept, changes.of) == (len(before), len(before))


def test_a_name_that_somebody_gave_survives_a_new_index(store: Store) -> None:
    editing.rename_cluster(store, loaded(store), "M0001", "大调解")
    store.add([make_report("new", [(Role.MEASURE, MEDIATION[2])], region=region(9))], HashEncoder())

    named = loaded(store).cluster("M0001")

    assert named is not None
    assert (named.name, named.name_source, named.reports.number) == ("大调解", NameSource.PEOPLE, 5)


@pytest.mark.parametrize("name", ["", "  ", "长" * 61, "执法人员资格管理与培训"])
def test_a_name_that_is_empty_too_long_or_taken_is_refused(store: Store, name: str) -> None:
    with pytest.raises(QueryError):
        editing.rename_cluster(store, loaded(store), "M0001", name)


def test_merged_clusters_stay_merged_and_the_other_id_leads_to_the_first(store: Store) -> None:
    editing.merge(store, loaded(store), "M0001", ["M0002"])
    loaded(store)
    store.add([make_report("new", [(Role.MEASURE, TRAINING[2])], region=region(9))], HashEncoder())

    found = loaded(store).roles[Role.MEASURE].clusters

    assert [(c.id, len(c.members)) for c in found] == [("M0001", 9)]


def test_passages_that_were_split_off_stay_apart(store: Store) -> None:
    first = loaded(store).cluster("M0001")
    assert first is not None
    fresh = editing.split(store, loaded(store), "M0001", first.passages[:2])
    store.add([make_report("new", [(Role.MEASURE, ODD + "。")], region=region(9))], HashEncoder())

    now = loaded(store)

    assert fresh == "M0003"
    apart, rest = now.cluster(fresh), now.cluster("M0001")
    assert apart is not None
    assert rest is not None
    assert set(first.passages[:2]) <= set(apart.passages)
    assert not set(first.passages[:2]) & set(rest.passages)


def test_a_pinned_cluster_is_marked_until_it_is_let_go(store: Store) -> None:
    editing.pin(store, loaded(store), "M0002")
    pinned = loaded(store).cluster("M0002")
    assert pinned is not None
    assert pinned.pinned
    editing.unpin(store, loaded(store), "M0002")

    freed = loaded(store).cluster("M0002")

    assert freed is not None
    assert not freed.pinned
    assert freed.passages == pinned.passages


@pytest.mark.parametrize("wrong", ["M9999", "X0001", "", "M", "p0001"])
def test_an_unknown_cluster_is_refused(store: Store, wrong: str) -> None:
    with pytest.raises(QueryError):
        editing.pin(store, loaded(store), wrong)


def test_a_filter_counts_fewer_reports_and_keeps_ids(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store", reports(years=(2023, 2024)))
    with store.current() as generation:
        whole = clustered(store)
        part = narrow(generation, whole, Filter(year_from=2024, regions=("51",)))

    cluster_now = part.roles[Role.MEASURE].clusters[0]
    assert (cluster_now.id, cluster_now.reports.number, cluster_now.reports.of) == ("M0001", 1, 1)
    assert part.reports == 1
    assert set(cluster_now.representative) <= set(cluster_now.passages)


def test_levels_and_years_have_their_own_denominators(tmp_path: Path) -> None:
    made = reports(years=(2023, 2024), places=2)
    town = make_report("t", [(Role.MEASURE, "开展国土绿化行动")], level=Level.TOWNSHIP, year=None, region=Region())
    found = clustered(make_store(tmp_path / "store", [*made, town])).roles[Role.MEASURE].clusters[0]

    assert {level: (c.number, c.of) for level, c in found.levels.items()} == {"county": (4, 4), "township": (0, 1)}
    assert {year: (c.number, c.of) for year, c in found.years.items()} == {0: (0, 1), 2023: (2, 2), 2024: (2, 2)}
    assert (found.regions.number, found.regions.of) == (2, 2)


def test_new_text_is_assigned_as_old_text_was(store: Store) -> None:
    from service.clusters.run import cluster_role
    from service.clusters.space import example_vectors, themes_of

    parameters = Parameters()
    with store.current() as generation:
        examples = example_vectors(themes_of(Role.MEASURE, parameters), generation, HashEncoder())
        model = cluster_role(generation, Role.MEASURE, parameters, examples=examples).model

    again = model.centres.assign(model.space.points)

    assert np.array_equal(again.label, model.assigned.label)
