"""Run benchmarks one after the other, each in a process of its own, and write what they found.

A benchmark is a module of this folder with `run(quick: bool) -> dict`. It may also have `LIMITS`, rows of (path of a
figure, `>=` or `<=`, bound), which are checked at the end, and `table(figures: dict) -> str`, its Markdown.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine

HERE = Path(__file__).parent
RESULTS = HERE / "results"
SHARED = "Near or above the number of cores the machine was shared: seconds are then too long, and ratios rough."
YES = {True: "yes", False: "NO"}


def names() -> list[str]:
    """Every module of this folder that defines `run`."""
    found = []
    for path in sorted(HERE.glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in body):
            found.append(path.stem)
    return found


def first_line(name: str) -> str:
    """What a benchmark says about itself."""
    said = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


def figure(figures: dict[str, Any], path: str) -> float:
    """The number at `a/b/c`."""
    value: Any = figures
    for key in path.split("/"):
        value = value[key]
    return float(value)


def check(figures: dict[str, Any], limits: list[tuple[str, str, float]]) -> list[dict[str, Any]]:
    """Each limit with what was measured and whether it holds."""
    rows = []
    for path, sign, bound in limits:
        value = figure(figures, path)
        holds = value >= bound if sign == ">=" else value <= bound
        rows.append({"figure": path, "measured": value, "sign": sign, "bound": bound, "holds": holds})
    return rows


def markdown(name: str, result: dict[str, Any], table: str | None) -> str:
    """The page of one result: machine, figures, limits."""
    machine = result["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in machine["versions"].items())
    lines = [
        f"# {name} ({result['mode']})",
        "",
        f"`python -m benchmarks --{result['mode']} {name}` · {result['date']}",
        "",
        f"{machine['cpu']}, {machine['cores']} cores given, {machine['memory_gb']} GB, {machine['system']}; {versions}",
        "",
        f"Load when it began: {machine['load_before']}. {SHARED}",
        "",
        table if table is not None else "\n".join(["| figure | value |", "| --- | --- |", *flat(result["figures"])]),
    ]
    if result["limits"]:
        lines += ["", "| limit | measured | holds |", "| --- | --- | --- |"]
        lines += [
            f"| {row['figure']} {row['sign']} {row['bound']} | {row['measured']:.4g} | {YES[row['holds']]} |"
            for row in result["limits"]
        ]
    return "\n".join(lines) + "\n"


def flat(figures: dict[str, Any], prefix: str = "") -> list[str]:
    """Table rows of nested figures."""
    rows = []
    for key, value in figures.items():
        if isinstance(value, dict):
            rows += flat(value, f"{prefix}{key} / ")
        else:
            rows.append(f"| {prefix}{key} | {f'{value:.4g}' if isinstance(value, float) else value} |")
    return rows


def measure(name: str, *, quick: bool, keep: bool = True) -> bool:
    """Run one benchmark in this process, print its page and write its result; whether its limits hold."""
    module = importlib.import_module(f"benchmarks.{name}")
    machine = describe_machine()
    figures = module.run(quick)
    mode = "quick" if quick else "full"
    result = {
        "benchmark": name,
        "mode": mode,
        "date": machine.pop("date"),
        "machine": machine,
        "figures": figures,
        "limits": check(figures, getattr(module, "LIMITS", [])),
    }
    if keep:
        # Before the page: figures that took long are not lost over a table.
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
        (RESULTS / f"{name}.{mode}.json").write_text(text, encoding="utf-8")
    page = markdown(name, result, module.table(figures) if hasattr(module, "table") else None)
    if keep:
        (RESULTS / f"{name}.{mode}.md").write_text(page, encoding="utf-8")
    print(page)
    return all(row["holds"] for row in result["limits"])


def main() -> int:
    """Exit code 1 when a benchmark fails or a limit does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_true", help="small inputs, a few minutes (the default)")
    mode.add_argument("--full", action="store_true", help="the inputs of the published tables")
    parser.add_argument("--print", action="store_true", help="print the results, write none")
    parser.add_argument("--list", action="store_true", help="name the benchmarks, each with its first line")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(names())}")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(names()))
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]!r}; there are {', '.join(names())}")
    if given.here:
        return 0 if measure(given.names[0], quick=not given.full, keep=not given.print) else 1
    if given.list:
        print("\n".join(f"{name:14} {first_line(name)}" for name in names()))
        return 0
    failed = []
    options = ["--here", "--full" if given.full else "--quick", *(["--print"] if given.print else [])]
    for name in given.names or names():
        command = [sys.executable, "-m", "benchmarks", *options, name]
        if subprocess.run(command, cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
