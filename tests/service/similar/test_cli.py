from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from embed.exceptions import BijianError, QueryError
from service.cli import check, compare, distinctive, reuse, similar
from service.cli.similar import query_of
from service.similar import GroupBy
from tests.helpers.stores import HashEncoder, make_store
from tests.service.similar.conftest import ORIGINAL, passage, report, reports


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "store"
    make_store(path, reports())
    return path


@pytest.fixture(autouse=True)
def _hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (similar, check):
        monkeypatch.setattr(module, "encoder_opener", lambda settings: HashEncoder)


def run(command, *arguments: object) -> Result:  # type: ignore[no-untyped-def]
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=True)


def test_a_text_is_answered_as_a_table_of_80_columns(store: Path) -> None:
    result = run(similar.command, "--store", store, "--text", "流动调解点", "--k", 2)

    assert result.exit_code == 0, result.exception
    assert "四川省遂宁市安居区" in result.output.replace("\n", "").replace(" ", "").replace("│", "")
    assert "另见" in result.output


def test_json_has_the_whole_answer(store: Path) -> None:
    result = run(
        similar.command, "--store", store, "--text", ORIGINAL, "--k", 2, "--format", "json", "--group-by", "province"
    )

    answer = json.loads(result.output)
    assert [group["key"] for group in answer["groups"]] == ["51", "53"]
    assert answer["hits"][0]["kind"] == "verbatim"
    assert answer["generation"] == 1


def test_a_file_is_asked_with_its_text(store: Path, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text(ORIGINAL, encoding="utf-8")

    result = run(similar.command, "--store", store, "--file", tmp_path / "q.txt", "--format", "json", "--k", 1)

    assert json.loads(result.output)["hits"][0]["score"] == 100.0


def test_a_batch_has_one_answer_a_line_in_the_order_of_its_queries(store: Path, tmp_path: Path, generation) -> None:  # type: ignore[no-untyped-def]
    asked = passage(generation, "anju24.txt")
    queries = [
        {"id": "b", "passage": asked, "k": 3, "exclude_same_report": True},
        {"id": 7, "text": "普法", "k": 2, "regions": ["51"], "roles": ["measure"]},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(q) for q in queries), encoding="utf-8")

    result = run(similar.command, "--store", store, "--batch", tmp_path / "q.jsonl", "--out", tmp_path / "r.jsonl")

    assert result.exit_code == 0, result.exception
    answers = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["b", 7]
    assert [hit["kind"] for hit in answers[0]["results"]] == ["verbatim", "verbatim", "edited"]
    assert set(answers[0]["results"][0]) == {"passage", "report", "score", "kind"}
    assert len(answers[1]["results"]) == 2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("not json", "line 1: not JSON"),
        ("[1]", "expected an object with an id"),
        ('{"id": 1, "text": "普法", "colour": "red"}', "colour"),
        ('{"id": 1, "text": "普法", "group_by": "moon"}', "moon"),
        ('{"id": 1, "text": 5}', "text is a string"),
    ],
)
def test_a_bad_line_of_a_batch_is_named(store: Path, tmp_path: Path, line: str, word: str) -> None:
    (tmp_path / "q.jsonl").write_text(line, encoding="utf-8")

    result = run(similar.command, "--store", store, "--batch", tmp_path / "q.jsonl", "--out", tmp_path / "r.jsonl")

    assert isinstance(result.exception, BijianError)
    assert word in result.exception.message
    assert not (tmp_path / "r.jsonl").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--text", "a", "--passage", "b"], ["--batch", "q"], ["--batch", "q", "--out", "r", "--text", "a"]],
)
def test_options_that_do_not_go_together_are_refused(store: Path, arguments: list[str]) -> None:
    assert run(similar.command, "--store", store, *arguments).exit_code == 2


def test_a_query_from_plain_values_knows_every_filter() -> None:
    query = query_of(
        {
            "id": 1,
            "text": "普法",
            "k": 5,
            "group_by": "city",
            "year_from": 2020,
            "levels": ["county"],
            "prefer": ["plan"],
        }
    )

    assert (query.k, query.group_by) == (5, GroupBy.CITY)
    assert query.where is not None
    assert query.where.year_from == 2020
    assert [str(role) for role in query.roles or ()] == ["plan"]


@pytest.mark.parametrize("prefer", [["nobody"], ["measure", "x"]])
def test_a_role_that_does_not_exist_is_refused(prefer: list[str]) -> None:
    with pytest.raises(QueryError):
        query_of({"text": "普法", "prefer": prefer})


def test_compare_reuse_and_distinctive_show_and_print_json(store: Path, generation) -> None:  # type: ignore[no-untyped-def]
    a, b = report(generation, "anju23.txt"), report(generation, "lufeng.txt")

    assert "照抄" in run(compare.command, a, b, "--store", store).output
    assert len(json.loads(run(compare.command, a, b, "--store", store, "--format", "json").output)["pairs"]) == 4
    assert "本单位往年" in run(reuse.command, report(generation, "anju24.txt"), "--store", store).output
    assert json.loads(run(reuse.command, a, "--store", store, "--format", "json").output)["verbatim"] >= 1
    assert "安居区" in run(reuse.command, "--store", store).output
    assert json.loads(run(reuse.command, "--store", store, "--format", "json").output)["total"] >= 1
    assert "共比较" in run(distinctive.command, "--store", store).output
    assert json.loads(run(distinctive.command, a, "--store", store, "--format", "json").output)["passages"]


def test_check_shows_residue_and_copies(store: Path, tmp_path: Path) -> None:
    draft = (
        f"安居区2025年法治政府建设情况报告\n\n一、主要举措\n{ORIGINAL}\n由安化县应急局组织演练，参加群众三百余人。\n"
    )
    (tmp_path / "draft.txt").write_text(draft, encoding="utf-8")

    shown = run(check.command, tmp_path / "draft.txt", "--store", store)
    answer = json.loads(run(check.command, tmp_path / "draft.txt", "--store", store, "--format", "json").output)

    assert "安化县应急局" in shown.output
    assert "照抄 verbatim 1" in shown.output
    assert answer["verbatim"] == 1


def test_a_missing_file_is_one_clear_error(store: Path, tmp_path: Path) -> None:
    result = run(check.command, tmp_path / "none.txt", "--store", store)

    assert isinstance(result.exception, BijianError)
    assert "none.txt" in result.exception.message


@pytest.mark.parametrize("option", ["--k", "--per-group", "--year-from"])
def test_a_nought_is_refused_and_not_taken_for_nothing(store: Path, option: str) -> None:
    result = run(similar.command, "--store", store, "--text", "流动调解点", option, 0)

    assert isinstance(result.exception, QueryError)


def test_an_item_of_the_outline_is_a_filter(store: Path) -> None:
    result = run(similar.command, "--store", store, "--text", "调解", "--format", "json", "--outline", 20, "--k", 100)

    texts = [hit["text"] for hit in json.loads(result.output)["hits"]]
    assert texts
    assert all("调解" in text for text in texts)
