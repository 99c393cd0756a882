"""A pooler between Dateline and Postgres."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import new_database
from processes import Server, dateline, free_port, temporary_place, until
from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.postgres.connection import connect

CONFIG = """
[databases]
{dbname} = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = session
admin_users = {user}
"""


@pytest.fixture
def pooled(server: str) -> Iterator[str]:
    """A new database by way of PgBouncer, which pools sessions."""
    pgbouncer = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if pgbouncer is None:
        pytest.skip("needs Debian's pgbouncer, which .ci/run installs")
    with new_database(server) as conninfo, temporary_place() as place:
        known = conninfo_to_dict(conninfo)
        listen = free_port()
        users, config = place / "users", place / "config"
        users.write_text(f'"{known["user"]}" "{known.get("password", "")}"\n')
        config.write_text(CONFIG.format(**known, listen=listen, users=users))
        command: list[str | Path] = [pgbouncer, config]
        if os.geteuid() == 0:  # as which it does not run
            for path in (place, users, config):
                os.chown(path, pwd.getpwnam("postgres").pw_uid, -1)
            command = ["runuser", "-u", "postgres", "--", *command]
        through = make_conninfo(conninfo, host="127.0.0.1", port=listen, require_auth="")
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: answers(through))
                yield through
            finally:
                process.terminate()


def answers(conninfo: str) -> bool:
    """Whether a connection is made."""
    try:
        connect(conninfo).close()
    except OperationalError:
        return False
    return True


def test_an_archive_is_served_through_a_pooler_of_sessions_and_the_doctor_says_so(pooled: str) -> None:
    with temporary_place() as place, Server(place, database_url=pooled) as server:
        server.ready()
        for path in ("/v1/articles?tag=seoul-washington", "/v1/articles?q=seoul", "/v1/changes?limit=1"):
            assert [server.get(path)[0] for _ in range(10)] == [200] * 10
    found = dateline("doctor", database_url=pooled)
    assert found.returncode == 0
    assert "warn  connection" in found.stdout
    [command] = re.findall(r"Run: (psql .* --dbname=pgbouncer .*)", found.stdout)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "SET pool_mode=session\n"), done.stderr
