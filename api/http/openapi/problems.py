"""Responses that are problems, which operations of the OpenAPI document refer to."""

from collections.abc import Iterable, Sequence
from typing import Any

from apispec import APISpec

from api.errors import Problem
from api.http.openapi import examples, headers
from api.http.problems import MEDIA_TYPE
from schemas.errors import ProblemSchema

# By the codes of the problems that share a status, as operations refer to them.
_RESPONSES: dict[str, Sequence[type[Problem]]] = {}


def described(problems: Iterable[type[Problem]]) -> dict[int, dict[str, str]]:
    """References by status to the responses that are these problems."""
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {status: _shared(same) for status, same in by_status.items()}


def _shared(problems: Sequence[type[Problem]]) -> dict[str, str]:
    name = "-".join(sorted(problem.code for problem in problems))
    _RESPONSES.setdefault(name, problems)
    return {"$ref": f"#/components/responses/{name}"}


def register(document: APISpec) -> None:
    """Describe each response that an operation refers to. All operations have been declared by then."""
    referred_to = {problem.code for problems in _RESPONSES.values() for problem in problems}
    for code, problem in examples.PROBLEMS.items():
        if code in referred_to:
            document.components.example(code, {"summary": problem["title"], "value": problem})
    for name, problems in _RESPONSES.items():
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
