"""The layout of the code: what docs/architecture.md says of it holds, and no file or function is too long to read."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "api").rglob("*.py"))
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 300, 40


def test_every_room_is_in_the_picture() -> None:
    rooms = {path.parent.relative_to(ROOT / "api").parts[-1] for path in MODULES if path.parent != ROOT / "api"}
    missing = {room for room in rooms if f"{room}/" not in PAGE and f"`{room}`" not in PAGE}
    assert not missing - {"embedded"}


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"\b[\w/]+\.py\b", PAGE))
    assert len(named) > 40
    places = [path.relative_to(ROOT).as_posix() for path in [*MODULES, *(ROOT / "schemas").glob("*.py")]]
    assert not {name for name in named if not any(f"/{place}".endswith(f"/{name}") for place in places)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_and_no_function_is_too_long_to_read(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_OF_A_FILE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {function.name: (function.end_lineno or 0) - function.lineno + 1 for function in functions}
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_FUNCTION} == {}
