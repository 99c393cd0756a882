"""Responses of the demo archive as examples for the documentation. ``make openapi`` renews them."""

from pathlib import Path
from typing import Any

import orjson

PATH = Path(__file__).with_suffix(".json")

_EXAMPLES = orjson.loads(PATH.read_bytes())

# By operation and status, such as "getArticle 200"; and each kind of problem by its code.
RESPONSES: dict[str, Any] = _EXAMPLES["responses"]
PROBLEMS: dict[str, Any] = _EXAMPLES["problems"]
