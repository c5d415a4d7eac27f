"""The fault table names tests that exist, and every proof in this folder stands in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
FOLDER = Path(__file__).parent


def rows() -> Iterator[list[str]]:
    """The cells of each row of the table, without its heads."""
    for line in (FOLDER / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] != "fault" and not set(cells[0]) <= set("-: "):
            yield cells


def named() -> set[str]:
    return {name for cells in rows() for name in re.findall(r"`([^`\s]+::\w+)`", cells[-1])}


def proofs_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


def test_each_row_has_a_fault_what_must_happen_and_a_test() -> None:
    incomplete = [cells for cells in rows() if len(cells) != 3 or not all(cells) or "::" not in cells[2]]
    assert incomplete == []


def test_each_test_that_is_named_exists() -> None:
    missing = []
    for name in sorted(named()):
        path, _, function = name.partition("::")
        if not (TESTS / path).is_file() or function not in proofs_in(TESTS / path):
            missing.append(name)
    assert missing == []


def test_each_proof_of_this_folder_is_named() -> None:
    proofs = {
        f"faults/{path.name}::{function}"
        for path in FOLDER.glob("test_*.py")
        if path.name != Path(__file__).name
        for function in proofs_in(path)
    }
    assert sorted(proofs - named()) == []
