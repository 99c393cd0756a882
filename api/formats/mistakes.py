"""Mistakes in imported files, with their file and line, and how they are reported."""

from collections.abc import Callable
from pathlib import Path


class FileMistake(ValueError):
    """A line that does not follow the format: the file, the line's number, and what is wrong with it."""

    def __init__(self, path: Path, line: int, detail: str) -> None:
        # Escaped because it is printed at a terminal and may quote the file.
        shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in detail)
        super().__init__(f"{path}:{line}: {shown}")
        self.path = path
        self.line = line
        self.detail = detail


Report = Callable[[FileMistake], None]
"""Called for each mistake. Reading continues with the next record unless it raises."""


def raise_mistake(mistake: FileMistake) -> None:
    """Stop at the first mistake."""
    raise mistake
