"""Answers that are problems, for the OpenAPI document: each is there once, and operations refer to it."""

from collections.abc import Iterable, Sequence
from typing import Any

from apispec import APISpec

from api.errors import Problem
from api.http.openapi import examples, headers
from api.http.problems import MEDIA_TYPE
from schemas.errors import ProblemSchema

# By the codes of the problems that share a status, as operations ask for them.
_ANSWERS: dict[str, Sequence[type[Problem]]] = {}


def described(problems: Iterable[type[Problem]]) -> dict[int, dict[str, str]]:
    """What an operation refers to for the problems that it may answer, by their status."""
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {status: _shared(same) for status, same in by_status.items()}


def _shared(problems: Sequence[type[Problem]]) -> dict[str, str]:
    name = "-".join(sorted(problem.code for problem in problems))
    _ANSWERS.setdefault(name, problems)
    return {"$ref": f"#/components/responses/{name}"}


def register(document: APISpec) -> None:
    """Describe each problem once, and each answer that is one of several; all operations are made by then."""
    for code, problem in examples.PROBLEMS.items():
        document.components.example(code, {"summary": problem["title"], "value": problem})
    for name, problems in _ANSWERS.items():
        document.components.response(name, _described(problems))


def _described(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    shown = {problem.code: {"$ref": f"#/components/examples/{problem.code}"} for problem in problems}
    return {
        "description": "\n\n".join(
            f"{problem.title}: [`{problem.code}`](/problems/{problem.code})." for problem in problems
        ),
        "headers": headers.of_problems(problems),
        "content": {MEDIA_TYPE: {"schema": ProblemSchema, "examples": shown}},
    }
