"""Type names shared by the packages that read and write articles and entities."""

from typing import Any

Record = dict[str, Any]
"""An article or entity as it is pushed or imported, after validation."""
