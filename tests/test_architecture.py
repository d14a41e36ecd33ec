"""The layout promises: imports run one way, the audit shares no code with the solvers."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("merger", "solvers", "geodata", "scenarios")
# Package: what it may import besides itself.
ALLOWED = {
    "merger": {"scenarios", "geodata", "solvers"},
    "scenarios": {"geodata"},
    "solvers": set(),
    "geodata": set(),
}


def imported(path: Path) -> set[str]:
    """Full names of all modules a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package):
    """merger -> scenarios -> geodata and merger -> solvers; nothing else."""
    assert files(package), f"{package} has no modules"
    for path in files(package):
        used = {name.split(".")[0] for name in imported(path)} & set(PACKAGES)
        assert used <= ALLOWED[package] | {package}, f"{path} imports {sorted(used)}"


def test_audit_is_independent():
    """The audit imports no solver and no stage, so that one mistake cannot hide in both."""
    audits = [p for p in files("merger") if "audit" in p.relative_to(ROOT).as_posix()]
    assert audits
    for path in audits:
        bad = [n for n in imported(path) if n.startswith(("solvers", "merger.stages", "merger.pipeline"))]
        assert not bad, f"{path} imports {bad}"


def test_checkers_are_independent():
    """A checker imports its problem and solution types only, never the function that solves."""
    checkers = [p for p in files("solvers") if p.name == "check.py"]
    stated = {p.parent for p in files("solvers") if p.name == "problem.py"}
    assert {p.parent for p in checkers} >= {p for p in stated if p.name != "solvers"}, "every solver has a checker"
    for path in checkers:
        bad = [n for n in imported(path) if n.rsplit(".", 1)[-1].startswith(("solve_", "_")) and "__" not in n]
        assert not bad, f"{path} imports {bad}"
