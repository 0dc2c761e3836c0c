"""The whole way on the five seed reports, through the commands that people type, with the real model and index."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def bijian(*arguments: str | Path, code: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "service.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def store(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "store"
    bijian("index", seeds, "--store", folder)
    return folder


def test_two_runs_in_another_order_and_thread_count_export_the_same_bytes(
    seeds: Path, store: Path, tmp_path: Path
) -> None:
    files = sorted(seeds.glob("*.txt"), reverse=True)
    bijian("index", *files, "--store", tmp_path / "store", "--threads", "1")
    bijian("export", "--store", store, "--out", tmp_path / "one")
    bijian("export", "--store", tmp_path / "store", "--out", tmp_path / "two")

    passages = (tmp_path / "one" / "passages.jsonl").read_bytes()

    assert passages == (tmp_path / "two" / "passages.jsonl").read_bytes()
    reports = [
        [{k: v for k, v in report.items() if k not in ("file", "files")} for report in lines(path)]
        for path in (tmp_path / "one" / "reports.jsonl", tmp_path / "two" / "reports.jsonl")
    ]
    assert reports[0] == reports[1]
    assert len(passages.splitlines()) > 100


def test_clusters_and_cluster_report_of_two_runs_are_the_same_bytes(seeds: Path, store: Path, tmp_path: Path) -> None:
    bijian("index", *sorted(seeds.glob("*.txt"), reverse=True), "--store", tmp_path / "store")
    for name, place in (("one", store), ("two", tmp_path / "store")):
        bijian("report", "--store", place, "--out", tmp_path / name, "--format", "html,md")

    assert bijian("clusters", "--store", store, "--format", "json") == bijian(
        "clusters", "--store", tmp_path / "store", "--format", "json"
    )
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {Path(name).suffix for name in written} >= {".html", ".md"}
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_same_files_again_embed_nothing(seeds: Path, store: Path) -> None:
    outcome = json.loads(bijian("index", seeds, "--store", store, "--format", "json"))

    assert outcome["embedded"] == 0


def test_every_passage_points_at_its_source(seeds: Path, store: Path, tmp_path: Path) -> None:
    bijian("export", "--store", store, "--out", tmp_path)
    reports = {r["id"]: r for r in lines(tmp_path / "reports.jsonl")}

    for passage in lines(tmp_path / "passages.jsonl"):
        source = (seeds / Path(reports[passage["report"]]["file"]).name).read_bytes().decode()
        assert 0 <= passage["start"] < passage["end"] <= len(source)
        quoted = source[passage["start"] : passage["end"]]
        # Simplified text and source differ in single characters only, where nothing was cut out.
        if len(quoted) == len(passage["text"]):
            same = sum(a == b for a, b in zip(quoted, passage["text"], strict=True))
            assert same >= 0.5 * len(quoted)


def test_the_seed_reports_come_out_right(store: Path, tmp_path: Path) -> None:
    bijian("export", "--store", store, "--out", tmp_path)
    reports = {Path(r["file"]).name[:3]: r for r in lines(tmp_path / "reports.jsonl")}
    passages = lines(tmp_path / "passages.jsonl")
    roles = {number: {p["role"] for p in passages if p["report"] == report["id"]} for number, report in reports.items()}
    place = {
        number: tuple(report["region"][part] for part in ("province", "city", "county", "town"))
        for number, report in reports.items()
    }

    assert place["000"] == ("四川省", "眉山市", "东坡区", "太和镇")
    assert place["001"] == ("湖南省", "怀化市", "辰溪县", "潭湾镇")
    assert place["002"] == ("四川省", "遂宁市", "安居区", None)
    assert place["003"] == ("广东省", "江门市", "蓬江区", "荷塘镇")
    assert place["004"] == ("广东省", "湛江市", "廉江市", None)
    assert [reports[n]["year"] for n in ("000", "001", "002", "003")] == [2021, 2024, 2022, 2019]
    assert reports["002"]["doc_number"] == "遂安委〔2023〕21号"
    assert reports["002"]["published"] == "2023-02-28"
    assert "".join(reports["002"]["title"].split()) == (
        "中共遂宁市安居区委遂宁市安居区人民政府关于2022年度法治政府建设情况的报告"
    )
    assert "problem" not in roles["003"]
    assert {"problem", "plan"} <= roles["004"]
    first = next(p["text"] for p in passages if p["report"] == reports["000"]["id"] and "特色社会主义" in p["text"])
    assert "新时代中国特色社会主义思想" in first
    assert "体育" not in first
    assert not any("建設" in p["text"] for p in passages)


def test_similar_passages_come_from_other_regions_with_a_source(store: Path) -> None:
    answer = json.loads(
        bijian(
            "similar", "--store", store, "--text", "人民调解化解矛盾纠纷", "--group-by", "county", "--format", "json"
        )
    )

    text = json.dumps(answer, ensure_ascii=False)
    assert sum(place in text for place in ("东坡区", "辰溪县", "安居区", "蓬江区", "廉江市")) >= 3


def test_a_broken_file_stops_nothing_and_is_listed(seeds: Path, tmp_path: Path) -> None:
    shutil.copy(next(seeds.glob("003*")), tmp_path / "good.txt")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    missing = tmp_path / "missing.txt"

    out = bijian(
        "index", tmp_path / "good.txt", tmp_path / "empty.txt", tmp_path / "binary.txt", missing,
        "--store", tmp_path / "store", "--format", "json", code=3,
    )  # fmt: skip

    outcome = json.loads(out)
    assert sorted(Path(f["name"]).name for f in outcome["failures"]) == ["binary.txt", "empty.txt", "missing.txt"]
    bijian("export", "--store", tmp_path / "store", "--out", tmp_path / "out")
    assert len((tmp_path / "out" / "reports.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["similar", "--store", "{missing}", "--text", "调解"], 4),
        (["clusters", "--store", "{missing}"], 4),
        (["index", "{seed}", "--store", "{file}"], 4),
        (["similar", "--store", "{store}", "--text", ""], 2),
        (["index", "{seed}", "--store", "{new}", "--model", "no-such-model"], 6),
    ],
    ids=["no-store-similar", "no-store-clusters", "store-is-a-file", "empty-question", "unknown-model"],
)
def test_bad_input_is_one_line_with_a_next_step(
    arguments: list[str], code: int, seeds: Path, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a store")
    places = {
        "missing": tmp_path / "nothing-here", "seed": next(iter(seeds.iterdir())), "file": tmp_path / "file",
        "store": store, "new": tmp_path / "new",
    }  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-m", "service.cli.main", *(part.format(**places) for part in arguments)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("bijian: ")
    assert "→" in done.stderr
