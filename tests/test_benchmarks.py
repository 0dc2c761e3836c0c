"""The frame of the benchmarks: what counts as one, and how limits are held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import check, flat, markdown, names
from benchmarks.machine import describe_machine

ROOT = Path(__file__).parent.parent
FIGURES = {"ours": {"rate": 30.0}, "ratio": 2.5}


def test_a_module_with_run_is_a_benchmark_and_a_helper_is_not() -> None:
    assert "encode" in names()
    assert not {"machine", "make_means", "synthetic", "__main__"} & set(names())


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
