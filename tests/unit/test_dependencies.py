"""Every dependency is explained in docs/dependencies.md and pinned in the lock files."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
NPM = ROOT / "tests" / "clients"
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)

both_locks = pytest.mark.parametrize("lock", LOCKS)


def name_of(requirement: str) -> str:
    """The name in a requirement, in the one spelling that PEP 503 gives it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement)[0]).lower()


def required(*groups: str) -> set[str]:
    """What Dateline and these groups ask for themselves."""
    lists = [PROJECT["project"]["dependencies"], *(PROJECT["dependency-groups"][group] for group in groups)]
    return {name_of(requirement) for requirements in lists for requirement in requirements}


def npm_required() -> set[str]:
    """What the generated clients are made and checked with."""
    return set(json.loads((NPM / "package.json").read_text(encoding="utf-8"))["devDependencies"])


def text_of(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8")


def pinned(lock: str) -> list[tuple[str, str]]:
    """Name and version of each entry that has a hash."""
    entries = PIN.finditer(text_of(lock))
    return [(pin["name"], pin["version"]) for pin in entries if re.search(r"--hash=sha256:[0-9a-f]{64}\b", pin["rest"])]


def names(lock: str) -> set[str]:
    return {name for name, _ in pinned(lock)}


def explained() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, flags=re.MULTILINE)


def test_every_dependency_has_one_sentence_and_every_sentence_a_dependency() -> None:
    known = [*required(*PROJECT["dependency-groups"]), *npm_required()]
    assert sorted(name for name, _ in explained()) == sorted(known)


def test_what_is_said_of_a_dependency_is_a_sentence() -> None:
    too_little = [name for name, said in explained() if len(said.split()) < 4 or not said.strip().endswith(".")]
    assert too_little == []


def test_what_runs_dateline_is_pinned_with_hashes() -> None:
    assert required("build") - names("requirements.lock") == set()


def test_what_tests_dateline_is_pinned_with_hashes() -> None:
    assert required(*PROJECT["dependency-groups"]) - names("requirements-dev.lock") == set()


@both_locks
def test_everything_in_a_lock_is_pinned_with_a_hash(lock: str) -> None:
    entries = re.findall(r"^[^\s#].*$", text_of(lock), flags=re.MULTILINE)
    assert [entry.split()[0] for entry in entries] == [f"{name}=={version}" for name, version in pinned(lock)]


@pytest.mark.parametrize(("file", "locks"), [("Makefile", LOCKS), ("Dockerfile", LOCKS[:1])])
def test_nothing_is_installed_that_has_no_hash_in_a_lock(file: str, locks: tuple[str, ...]) -> None:
    text = text_of(file).replace("\\\n", " ")
    installs = re.findall(r"(?:\bpip|\$\(PIP\)) install (.*)", text)
    # What writes the locks cannot be in them before: it runs where somebody changes them, and its work is reviewed.
    installs = [options.split() for options in installs if options != "uv"]
    locked = [options for options in installs if "--require-hashes" in options]
    assert [options[options.index("-r") + 1] for options in locked] == list(locks)
    project = [options for options in installs if options not in locked]
    assert len(project) == 1
    assert {"--no-deps", "--no-build-isolation"} <= set(project[0])
    assert project[0][-1] == "."


def test_tests_run_on_the_versions_that_dateline_ships_with() -> None:
    assert set(pinned("requirements.lock")) <= set(pinned("requirements-dev.lock"))


def test_the_build_fetches_nothing_that_is_not_locked() -> None:
    assert {name_of(each) for each in PROJECT["build-system"]["requires"]} <= names("requirements.lock")


@both_locks
def test_a_lock_names_no_host(lock: str) -> None:
    assert not re.search(r"https?:|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", text_of(lock))


def test_what_npm_installs_is_pinned_with_hashes_and_names_no_host() -> None:
    packages = json.loads((NPM / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {path.removeprefix("node_modules/"): package for path, package in packages.items() if path}
    assert npm_required() <= installed.keys()
    for name, package in installed.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
