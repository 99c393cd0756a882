"""What docs/operations.md tells to put into the files of those who start and stop the server."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from processes import DATELINE

from api.server import drain

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
STOPPING = drain.DRAIN_SECONDS + drain.LEAVE_SECONDS
"""The longest that a server takes to end."""


def units() -> dict[str, str]:
    """The files for systemd, by their names."""
    found = re.findall(r"^```ini\n# /etc/systemd/system/(\S+)\n(.+?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert [name for name, _ in found] == ["dateline.socket", "dateline.service"]
    return dict(found)


def test_systemd_leaves_the_ending_to_the_first_process_and_gives_it_time() -> None:
    service = ConfigParser(interpolation=None)
    service.read_string(units()["dateline.service"])
    assert service["Service"]["KillMode"] == "mixed"
    assert int(service["Service"]["TimeoutStopSec"]) > STOPPING
    assert service["Service"]["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for name, text in units().items():
        (tmp_path / name).write_text(text.replace("/opt/dateline/bin/dateline", str(DATELINE)))
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_kubernetes_asks_where_the_server_answers_and_gives_it_time_to_end() -> None:
    found = re.search(r"^```yaml\n(termination.+?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found
    pod = yaml.safe_load(found[1])
    [container] = pod["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": 8000}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": 8000}
    command, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep"
    assert pod["terminationGracePeriodSeconds"] > int(seconds) + STOPPING
