"""The frame of the benchmarks: what counts as one, and how limits are held."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as frame
from benchmarks import end_to_end, first_index, gate, peers_search
from benchmarks.__main__ import check, first_line, flat, main, markdown, names
from benchmarks.machine import describe_machine
from benchmarks.make_reports import report_text, write_reports

ROOT = Path(__file__).parent.parent
FIGURES = {"ours": {"rate": 30.0}, "ratio": 2.5}


def test_a_module_with_run_is_a_benchmark_and_a_helper_is_not() -> None:
    assert "encode" in names()
    assert not {"machine", "make_means", "make_reports", "synthetic", "__main__"} & set(names())
    assert all(first_line(name) for name in names())


def test_a_limit_holds_on_its_bound_and_fails_beyond_it() -> None:
    rows = check(
        FIGURES, [("ratio", ">=", 2.5), ("ratio", ">=", 2.6), ("ours/rate", "<=", 30), ("ours/rate", "<=", 29)]
    )

    assert [row["holds"] for row in rows] == [True, False, True, False]
    assert rows[2]["measured"] == 30.0


def test_nested_figures_become_rows() -> None:
    assert flat(FIGURES) == ["| ours / rate | 30 |", "| ratio | 2.5 |"]


def test_the_page_shows_the_machine_and_a_limit_that_does_not_hold() -> None:
    machine = describe_machine()
    date = machine.pop("date")
    limits = check(FIGURES, [("ratio", ">=", 3.0)])
    page = markdown(
        "x", {"mode": "quick", "date": date, "machine": machine, "figures": FIGURES, "limits": limits}, None
    )

    assert f"{machine['cores']} cores given" in page
    assert "| ratio >= 3.0 | 2.5 | NO |" in page


def test_an_unknown_benchmark_is_refused_with_the_names_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "encode" in done.stderr


GOOD = {
    "encoding: sentence-transformers over Bijian": 7.0,
    "indexing: reading over encoding": 0.1,
    "indexing: unchanged over first": 0.01,
    "search: scan over index": 4.0,
}


def run_the_gate(monkeypatch: pytest.MonkeyPatch, ratios: dict[str, float]) -> int:
    monkeypatch.setattr(gate, "run", lambda quick: ratios)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--here", "--print", "--quick", "gate"])
    return main()


def test_the_gate_opens_when_every_ratio_is_good(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(frame, "RESULTS", tmp_path / "results")

    assert run_the_gate(monkeypatch, GOOD) == 0
    assert "| encoding: sentence-transformers over Bijian >= 3.5 | 7 | yes |" in capsys.readouterr().out
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("ratio", "bad"),
    [
        ("encoding: sentence-transformers over Bijian", 3.4),
        ("indexing: reading over encoding", 0.31),
        ("indexing: unchanged over first", 0.2),
        ("search: scan over index", 1.0),
    ],
)
def test_one_bad_ratio_keeps_the_gate_shut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ratio: str, bad: float
) -> None:
    assert run_the_gate(monkeypatch, GOOD | {ratio: bad}) == 1
    assert "| NO |" in capsys.readouterr().out


def test_the_gate_measures_every_ratio_that_it_limits() -> None:
    assert set(GOOD) == {path for path, _, _ in gate.LIMITS}


def test_a_made_report_is_always_the_same_and_no_two_are_alike(tmp_path: Path) -> None:
    write_reports(tmp_path, 20)
    texts = [(tmp_path / f"{n:06d}.txt").read_text("utf-8") for n in range(20)]

    assert texts[7] == report_text(7)
    assert len(set(texts)) == 20


def test_made_reports_are_read_as_reports_of_other_places_and_nearly_all_their_passages_differ(tmp_path: Path) -> None:
    from embed.pipeline.scanning import Job, scan
    from embed.structure.report import Report

    write_reports(tmp_path, 12)
    scanned = [scan(Job(str(path), str(path))) for path in sorted(tmp_path.iterdir())]
    reports = [r for one in scanned for r in one.results if isinstance(r, Report)]
    hashes = [key for one in scanned for key, _ in one.texts]

    assert len(reports) == 12
    assert len({(r.metadata.region.code, r.metadata.year) for r in reports}) >= 10
    assert len(set(hashes)) > 0.9 * len(hashes)


def test_ratios_are_plain_numbers_in_the_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(frame, "RESULTS", tmp_path)
    monkeypatch.setattr(gate, "run", lambda quick: GOOD)

    assert frame.measure("gate", quick=True)
    assert json.loads((tmp_path / "gate.quick.json").read_text("utf-8"))["figures"] == GOOD


def test_the_memory_of_a_whole_tree_of_processes_is_watched() -> None:
    inner = "held = bytearray(40 << 20); held[::4096] = bytes(len(held[::4096])); input()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE)
    with first_index.Watch(process.pid) as watch:
        while watch.peak < 40 and process.poll() is None:
            time.sleep(0.02)
        process.communicate(b"\n")

    assert watch.peak >= 40
    assert len(watch.cpu) == 2


def test_pages_of_benchmarks_show_what_is_missing_as_blank_and_not_as_an_error() -> None:
    searched = peers_search.table(
        {
            "sizes": {
                "20000": {"Bijian": {"p50 ms": 0.8, "version": "this one"}, "X": {"failed": "not finished in 60 s"}}
            }
        }
    )
    row = {"passages": 3, "to the first answer": 1.0, "to clusters": 2.0, "peak MB": 9}
    quality = {"Bijian": {end_to_end.SEGMENTS: 1.0}}
    answered = end_to_end.table({"seconds": {"3 reports": {"Bijian": row}}, "quality on real": quality})

    assert "| Bijian | 0.8 |  |  |  |  |  | this one |" in searched
    assert "not finished in 60 s" in searched
    assert "| Bijian | 3 | 1.0 | 2.0 | 9 |" in answered
    assert "| segmentation F1 | 1.000 |" in answered
    assert "nDCG" not in answered
