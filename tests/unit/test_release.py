"""The version of the project is the newest release of the changelog."""

import re
import tomllib
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]


def releases() -> list[tuple[str, date]]:
    """The releases of the changelog with their dates, newest first."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (\d+\.\d+\.\d+) — (\d{4}-\d\d-\d\d)$", changelog, flags=re.MULTILINE)
    return [(version, date.fromisoformat(day)) for version, day in found]


def test_the_version_of_the_project_is_the_newest_release_of_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert releases()[0][0] == project["version"]


def test_releases_are_listed_from_the_newest_to_the_oldest() -> None:
    listed = [(tuple(map(int, version.split("."))), day) for version, day in releases()]
    assert listed == sorted(listed, reverse=True)
