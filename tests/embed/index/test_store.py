"""A store: built, read, added to; its generations and its refusals."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelMismatch, QueryError, StoreMissing
from embed.index import Filter, Store, upkeep
from embed.structure.report import Region, Report, Role
from tests.helpers.stores import HashEncoder, make_report, make_store

MEDIATION = make_report(
    "a.txt", [(Role.MEASURE, "多元化解矛盾纠纷，开展人民调解"), (Role.PROBLEM, "执法力量不足，人员少")]
)
FUJIAN = make_report(
    "b.txt",
    [(Role.MEASURE, "开展人民调解，化解矛盾"), (Role.PLAN, "下一步加强普法宣传")],
    region=Region(province="福建省", code="35"),
)


def test_an_empty_folder_is_no_store_until_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="there is no store"):
        Store.open(tmp_path / "store")

    store = Store.open(tmp_path / "store", create=True)

    with pytest.raises(StoreMissing, match="is empty"):
        store.current()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")

    with pytest.raises(StoreMissing, match="other things"):
        Store.open(tmp_path, create=True)

    assert [p.name for p in tmp_path.iterdir()] == ["holiday.jpg"]


def test_what_was_put_in_comes_out_again(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", [MEDIATION, FUJIAN]).current() as generation:
        row = generation.row_of(MEDIATION.passage_id(1))
        passage = generation.passages_at([row])[0]
        report = generation.report_at(passage.report_row)

    assert (passage.text, passage.role, passage.heading) == ("执法力量不足，人员少", Role.PROBLEM, ("主要举措",))
    assert (passage.start, passage.end, passage.report) == (16, 26, MEDIATION.id)
    assert report.metadata == MEDIATION.metadata
    assert report.files == ("a.txt",)


def test_columns_hold_codes_as_numbers_and_zero_for_unknown(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", [MEDIATION, FUJIAN]).current() as generation:
        table, row = generation.reports, generation.report_row(MEDIATION.id)
        other = generation.report_row(FUJIAN.id)

    assert [int(c[row]) for c in (table.province, table.city, table.county, table.town)] == [51, 5109, 510904, 0]
    assert [int(c[other]) for c in (table.province, table.city, table.county, table.town)] == [35, 0, 0, 0]


def test_a_passage_finds_itself_first_and_scores_one(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", [MEDIATION, FUJIAN]).current() as generation:
        found = generation.search(generation.vectors[2], 4)

    assert found.exact
    assert found.rows[0, 0] == 2
    assert found.scores[0, 0] == pytest.approx(1.0)
    assert sorted(found.rows[0].tolist()) == [0, 1, 2, 3]


def test_fewer_hits_than_asked_for_are_filled_with_minus_one(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", [MEDIATION]).current() as generation:
        found = generation.search(generation.vectors[0], 5)

    assert (found.rows[0] >= 0).sum() == 2
    assert found.rows[0, 2:].tolist() == [-1, -1, -1]
    assert np.isneginf(found.scores[0, 2:]).all()


def test_the_same_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = HashEncoder()
    store = make_store(
        tmp_path / "s", [MEDIATION, make_report("c.txt", [(Role.MEASURE, "开展人民调解，化解矛盾")])], encoder
    )
    before = len(encoder.encoded)

    store.add([FUJIAN], encoder)

    assert before == 3
    assert len(encoder.encoded) == 4


def test_a_reader_keeps_its_generation_while_the_next_ones_come_and_go(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", [MEDIATION])
    reader = Store.open(tmp_path / "s")
    held = reader.current()
    for number in range(4):
        store.add([make_report(f"n{number}.txt", [(Role.CAUSE, f"认识不足{'甲乙丙丁'[number]}")])], HashEncoder())

    assert len(held.passages) == 2
    assert held.passages_at([0])[0].text
    assert store.generations() == [1, 4, 5]
    held.close()
    store.add([FUJIAN], HashEncoder())
    assert store.generations() == [5, 6]
    with reader.current() as now:
        assert len(now.passages) == 8


def test_all_who_hold_a_generation_share_one_object(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", [MEDIATION])
    first, second = store.current(), store.current()

    assert first is second
    first.close()
    assert second.text_of(0)
    second.close()


def test_an_encoder_of_another_model_is_refused_by_name(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", [MEDIATION])

    with pytest.raises(ModelMismatch, match=r"holds vectors of hash .* the encoder is other"):
        store.add([FUJIAN], HashEncoder(model="other"))
    with store.current() as generation, pytest.raises(ModelMismatch):
        generation.check_encoder(HashEncoder(dimension=16))
    with store.current() as generation, pytest.raises(ModelMismatch, match="expected vectors of 32 numbers"):
        generation.search(np.ones((1, 16), np.float32), 3)


@pytest.mark.parametrize("wrong", ["", "x", "r0.0", "r000000000000000.000", f"{MEDIATION.id}.9", f"{MEDIATION.id}.02"])
def test_an_unknown_passage_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    with make_store(tmp_path / "s", [MEDIATION]).current() as generation, pytest.raises(QueryError) as refused:
        generation.row_of(wrong)

    assert repr(wrong) in refused.value.message


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_query_that_is_not_finite_is_refused(tmp_path: Path, wrong: float) -> None:
    with make_store(tmp_path / "s", [MEDIATION]).current() as generation, pytest.raises(QueryError, match="not finite"):
        generation.search(np.full((1, 32), wrong, np.float32), 3)


def many(count: int) -> list[Report]:
    words = ["调解", "普法", "执法", "复议", "公开", "审核", "培训", "监督", "服务", "改革"]
    chance = random.Random(7)
    return [
        make_report(f"{n}.txt", [(Role.MEASURE, "".join(chance.choices(words, k=6))) for _ in range(5)])
        for n in range(count)
    ]


def test_the_same_reports_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    reports = many(20)
    make_store(tmp_path / "a", reports)
    make_store(tmp_path / "b", reports[::-1])

    first, second = ({p.name: p.read_bytes() for p in (tmp_path / s / "generations/1").iterdir()} for s in "ab")

    assert first == second


def test_reports_that_came_one_after_the_other_give_the_bytes_of_those_that_came_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.index.builder.EXACT_UP_TO", 50)  # with cells
    reports = many(40)
    make_store(tmp_path / "a", reports)
    store = make_store(tmp_path / "b", reports[10:25])
    upkeep.remove(store, [reports[12].id], who="test", why="test")
    store.add(reports[25:], HashEncoder())
    upkeep.restore(store, [reports[12].id])
    last = store.add(reports[:10], HashEncoder())

    first = {p.name: p.read_bytes() for p in (tmp_path / "a" / "generations/1").iterdir()}
    second = {p.name: p.read_bytes() for p in (tmp_path / "b" / f"generations/{last}").iterdir()}

    assert "cells.faiss" in first
    assert [name for name in first | second if first.get(name) != second.get(name)] == ["manifest.json"]  # its number


def test_one_query_at_a_time_and_all_at_once_give_the_same_hits_and_scores(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", many(40)).current() as generation:
        together = generation.search(generation.vectors, 12)
        alone = [generation.search(vector, 12) for vector in generation.vectors]

    assert np.array_equal(together.rows, np.concatenate([n.rows for n in alone]))
    assert np.array_equal(together.scores, np.concatenate([n.scores for n in alone]))


def test_the_search_is_that_of_a_brute_force_loop(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", many(30)).current() as generation:
        within = generation.rows(Filter(roles=(Role.MEASURE,)))[::3]
        found = generation.search(generation.vectors[5], 10, within=within)
        products = {
            int(r): round(float(generation.vectors[r].astype(float) @ generation.vectors[5].astype(float)), 6)
            for r in within
        }

    assert found.rows[0].tolist() == sorted(products, key=lambda r: (-products[r], r))[:10]


def test_a_store_without_any_passage_can_be_searched(tmp_path: Path) -> None:
    with make_store(tmp_path / "s", [make_report("empty.txt", [])]).current() as generation:
        assert generation.search(np.ones((1, 32), np.float32), 3).rows.tolist() == [[-1, -1, -1]]
        assert generation.lexical.top(["调解"], 2).rows.tolist() == [[-1, -1]]
        assert generation.lexical.weights(generation.rows()).shape == (0, 0)
