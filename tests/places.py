"""Where tests keep their data: in memory where it has room, as Postgres makes and removes thousands of files."""

import shutil
import sys
import tempfile
from pathlib import Path

from api.observability.metrics_directory import MEMORY

ROOM = 8 << 30
"""What must be free there, in bytes: each of several clusters may have a gigabyte of WAL beside its archives."""


def new_place(prefix: str) -> Path:
    """A new directory that every account can reach, unlike those of pytest: under root, Postgres runs as another."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    place = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))
    place.chmod(0o755)
    return place


if __name__ == "__main__":
    print(new_place(sys.argv[1]))
