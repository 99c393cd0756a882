"""The layout of the code: what docs/architecture.md says of it holds."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "api").rglob("*.py"))


def test_every_room_is_in_the_picture() -> None:
    rooms = {path.parent.relative_to(ROOT / "api").parts[-1] for path in MODULES if path.parent != ROOT / "api"}
    missing = {room for room in rooms if f"{room}/" not in PAGE and f"`{room}`" not in PAGE}
    assert not missing - {"embedded"}


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"\b[\w/]+\.py\b", PAGE))
    assert len(named) > 40
    places = [path.relative_to(ROOT).as_posix() for path in [*MODULES, *(ROOT / "schemas").glob("*.py")]]
    assert not {name for name in named if not any(f"/{place}".endswith(f"/{name}") for place in places)}
