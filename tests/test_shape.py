"""The code keeps its shape: sizes, one-way imports, one door for each package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "embed").rglob("*.py"), *(ROOT / "service").rglob("*.py")])
LINES_IN_MODULE = 500
LINES_IN_BODY = 60
PARAMETERS = 8


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    statements = node.body[1:] if is_docstring and len(node.body) > 1 else node.body
    assert node.end_lineno is not None
    return node.end_lineno - statements[0].lineno + 1


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_held_in_mind(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_IN_MODULE
    for node in functions(path):
        assert body_lines(node) <= LINES_IN_BODY, node.name
        is_command = any("click" in ast.unparse(d) or "option" in ast.unparse(d) for d in node.decorator_list)
        arguments = [a for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in ("self", "cls")]
        assert is_command or len(arguments) <= PARAMETERS, node.name


@pytest.mark.parametrize("path", sorted((ROOT / "embed").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_embed_never_imports_service_prints_or_reads_the_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not [name for name in imported(path) if name.split(".")[0] == "service"]
    assert "os.environ" not in text
    assert "os.getenv" not in text


ORDER = ["embed.reading", "embed.structure", "embed.models", "embed.index", "embed.pipeline"]


@pytest.mark.parametrize("place", ["embed.reading", "embed.structure", "embed.models"])
def test_data_flows_one_way(place: str) -> None:
    later = ORDER[ORDER.index(place) + 1 :]
    for path in (ROOT / place.replace(".", "/")).rglob("*.py"):
        wrong = [name for name in imported(path) for right in later if name == right or name.startswith(right + ".")]
        assert wrong == [], path.name
