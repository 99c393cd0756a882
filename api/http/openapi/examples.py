"""What the demo archive really answers, for the documentation; ``make openapi`` asks it anew."""

from pathlib import Path
from typing import Any

import orjson

PATH = Path(__file__).with_suffix(".json")

_EXAMPLES = orjson.loads(PATH.read_bytes())

# By operation and status, such as "getArticle 200"; and each kind of problem by its code.
ANSWERS: dict[str, Any] = _EXAMPLES["answers"]
PROBLEMS: dict[str, Any] = _EXAMPLES["problems"]
