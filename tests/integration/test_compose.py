"""What docker-compose.yml runs in its database, run for real: the role it makes serves, and owns nothing."""

import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from conftest import new_database
from processes import DATELINE, Server, dateline, environment, postgres_programs, temporary_place
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.postgres.connection import connect

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
    "services"
]
SCRIPTS = [
    ROOT / mount.split(":")[0] for mount in SERVICES["postgres"]["volumes"] if ":/docker-entrypoint-initdb.d/" in mount
]
ROLE = re.split("[/:]+", SERVICES["api"]["environment"]["DATABASE_URL"])[1]


@pytest.fixture
def database(server: str, superuser: str) -> Iterator[str]:
    """A database as the image makes it, by whoever may make roles there."""
    with connect(superuser) as connection:
        may = connection.execute("select rolsuper as may from pg_roles where rolname = current_user").fetchone()
        if not may or not may["may"]:
            pytest.skip("the role of TEST_DATABASE_URL is no superuser, as that of the image is")
    with new_database(server) as conninfo:
        whole = make_conninfo(superuser, dbname=conninfo_to_dict(conninfo)["dbname"])
        try:
            yield whole
        finally:
            with connect(whole) as connection:
                connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(ROLE)))


def url(service: str, conninfo: str, passwords: dict[str, str]) -> str:
    """The DATABASE_URL of a service, at the server and with the owner that are here."""
    given = conninfo_to_dict(conninfo)
    asked = SERVICES[service]["environment"]["DATABASE_URL"].replace("//dateline:", f"//{given['user']}:")
    asked = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda name: passwords[name[1]], asked)
    host = quote(str(given["host"]), safe="")  # a directory where the server is asked by a socket
    return asked.replace("@postgres:5432/dateline", f"@{host}:{given['port']}/{given['dbname']}")


def test_the_role_that_compose_makes_serves_and_owns_nothing(database: str) -> None:
    owner = str(conninfo_to_dict(database).get("password", ""))
    passwords = {"POSTGRES_PASSWORD": owner or "unasked", "API_PASSWORD": secrets.token_hex(24)}
    with connect(database) as connection, temporary_place() as place:
        psql = Path(postgres_programs(connection)) / "psql"
        for script in SCRIPTS:
            # As the image's entrypoint does it.
            command = [psql, "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-f", script, database]
            subprocess.run(command, env={**os.environ, **passwords}, check=True, capture_output=True)
        command = SERVICES["migrate"]["command"]
        path = f"{DATELINE.parent}{os.pathsep}{os.environ['PATH']}"
        settings = environment({"database_url": url("migrate", database, passwords), "path": path})
        ran = subprocess.run(command, env=settings, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        served = url("api", database, passwords)
        with Server(place, database_url=served) as server:
            assert server.ready().articles() > 50, "the demo archive was stored"
            made = dateline("keys", "create", "--name", "x", "--scope", "admin", "--json", database_url=served)
            server.push(json.loads(made.stdout)["key"], "pushed")
            assert server.get("/v1/articles?q=ferry")[1]["data"][0]["external_id"] == "pushed"
        owned = connection.execute(
            """
            select relname from pg_class where relowner = %(role)s::regrole
            union all select datname from pg_database where datdba = %(role)s::regrole
            union all select nspname from pg_namespace where nspowner = %(role)s::regrole
            """,
            {"role": ROLE},
        ).fetchall()
        assert owned == []
