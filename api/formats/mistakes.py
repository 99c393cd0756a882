"""Mistakes in files that are imported: where each is, and how a reader reports it."""

from collections.abc import Callable
from pathlib import Path


class FileMistake(ValueError):
    """A line that does not follow the format: the file, the line's number, and what is wrong with it."""

    def __init__(self, path: Path, line: int, detail: str) -> None:
        # It is shown at a terminal, and may quote the file.
        shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in detail)
        super().__init__(f"{path}:{line}: {shown}")
        self.path = path
        self.line = line
        self.detail = detail


Report = Callable[[FileMistake], None]
"""What a reader calls with each mistake. It goes on with the next record unless the function raises."""


def raise_mistake(mistake: FileMistake) -> None:
    """The report that ends the reading at the first mistake."""
    raise mistake
