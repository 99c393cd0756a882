"""/metrics: right whichever process answers, and told to operators."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import app_on
from contract import ContractClient
from flask.testing import FlaskClient
from processes import Server, temporary_place, until
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import make_conninfo
from stories import record, store

from api.app import create_app
from api.observability import metrics, metrics_directory
from api.postgres.connection import Connection, connect
from api.postgres.embedded import server as embedded
from api.settings import Settings

pytestmark = pytest.mark.every_postgres

Asked = Callable[[str], float]
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ARTICLES = 'dateline_request_seconds_count{method="GET",route="/v1/articles",status="200"}'


def samples(text: str) -> dict[str, float]:
    """What /metrics shows, by name and labels."""
    return {
        sample.name
        + ("{" + ",".join(f'{n}="{v}"' for n, v in sorted(sample.labels.items())) + "}" if sample.labels else ""): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures that begin at zero."""
    monkeypatch.setattr(metrics, "_metrics", None)
    metrics.start()


@pytest.fixture
def measured(demo: Connection, started: None) -> FlaskClient:
    """A client of a server that shows its figures."""
    return app_on(demo, metrics=True).test_client()


@pytest.fixture
def figures(measured: FlaskClient) -> Asked:
    """What a figure is now."""
    return lambda name: samples(measured.get("/metrics").text).get(name, 0)


def superuser_of(running: embedded.Server) -> str:
    password = (running.data / "postgres" / "superuser-password").read_text()
    return make_conninfo(running.conninfo, user="postgres", password=password, dbname="postgres")


def test_figures_are_shown_only_where_the_operator_says_so(client: ContractClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_requests_are_counted_by_method_route_and_status(measured: FlaskClient, figures: Asked) -> None:
    for path in ("/v1/articles", "/v1/articles?limit=1", "/v1/articles?limit=0", "/v1/nothing", "/v1/tags/no-such-tag"):
        measured.get(path)
    measured.open("/v1/articles", method="BREW")
    counted = "dateline_request_seconds_count"
    assert figures(ARTICLES) == 2
    assert figures(f'{counted}{{method="GET",route="/v1/articles",status="422"}}') == 1
    assert figures(f'{counted}{{method="GET",route="none",status="404"}}') == 1
    assert figures(f'{counted}{{method="GET",route="/v1/tags/{{slug}}",status="404"}}') == 1
    assert figures(f'{counted}{{method="other",route="none",status="405"}}') == 1
    assert 0 < figures(ARTICLES.replace("_count", "_sum")) < 10
    assert figures("dateline_requests_in_flight") == 1, "the one that asks"


def test_what_the_client_holds_already_is_counted_apart(measured: FlaskClient, figures: Asked) -> None:
    etag = measured.get("/v1/articles").headers["ETag"]
    measured.get("/v1/articles", headers={"If-None-Match": etag})
    assert figures(ARTICLES.replace("200", "304")) == 1


def test_what_is_kept_is_counted_by_whether_it_was_of_use(
    measured: FlaskClient, figures: Asked, demo: Connection
) -> None:
    lookups = {result: f'dateline_cache_lookups_total{{result="{result}"}}' for result in ("miss", "hit", "stale")}
    assert figures("dateline_cache_bytes") == 0
    for _ in range(3):
        measured.get("/v1/articles")
    assert [figures(name) for name in lookups.values()] == [1, 2, 0]
    assert figures("dateline_cache_bytes") > len(measured.get("/v1/articles").data)
    store(demo, record("new", outlet="korea-herald"))
    measured.get("/v1/articles")
    assert [figures(name) for name in lookups.values()] == [1, 3, 1]


def test_the_oldest_work_that_waits_has_its_age(demo: Connection, figures: Asked) -> None:
    for name in ("jobs_unfinished", "oldest_unfinished_job_seconds", "oldest_due_embargo_seconds"):
        assert figures(f"dateline_{name}") == 0
    demo.execute(
        "insert into jobs (kind, subject, created_at) values ('relink', '{}', now() - interval '1 hour'),"
        " ('relink', '{}', now())"
    )
    store(demo, record("due", outlet="korea-herald"), record("later", outlet="korea-herald"))
    due = "update articles set embargoed_until = now() + %(in)s::interval where external_id = %(id)s"
    demo.execute(due, {"in": "1 hour", "id": "later"})
    assert figures("dateline_oldest_due_embargo_seconds") == 0
    demo.execute(due, {"in": "-10 minutes", "id": "due"})
    assert figures("dateline_jobs_unfinished") == 2
    assert 3_600 <= figures("dateline_oldest_unfinished_job_seconds") < 3_700
    assert 600 <= figures("dateline_oldest_due_embargo_seconds") < 700


def test_the_position_of_the_archive_goes_on_with_each_change(demo: Connection, figures: Asked) -> None:
    before = figures("dateline_changes_position")
    store(demo, record("new", outlet="korea-herald"))
    assert figures("dateline_changes_position") > before > 0


def test_without_the_database_the_figures_of_the_server_are_there(started: None) -> None:
    app = create_app(Settings(database_url="host=127.0.0.1 port=1 connect_timeout=1", metrics=True))
    client = app.test_client()
    assert client.get("/v1/articles").status_code == 503
    found = samples(client.get("/metrics").text)
    assert found["dateline_database_up"] == 0
    assert found[ARTICLES.replace("200", "503")] == 1
    assert "dateline_changes_position" not in found
    app.extensions["dateline.database"].close()


def test_every_figure_is_told_to_operators(measured: FlaskClient) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Metrics")[1].split("\n## ")[0]
    told = dict(re.findall(r"^\| `(dateline_\w+)` \| (.+) \|$", section, re.M))
    metrics.count_work("jobs", failed=True)
    shown = {
        family.name + ("_total" if family.type == "counter" else ""): family.documentation
        for family in text_string_to_metric_families(measured.get("/metrics").text)
    }
    assert told == shown


@pytest.fixture(scope="module")
def several() -> Iterator[Server]:
    """A server of two processes that shows its figures."""
    with temporary_place() as place, Server(place, workers=2, metrics="true") as server:
        yield server.ready()


@pytest.mark.long
def test_every_process_shows_the_figures_of_all(several: Server) -> None:
    before = samples(several.get("/metrics")[1]).get(ARTICLES, 0)
    for _ in range(20):
        several.get("/v1/articles?limit=1")
    shown = [samples(several.get("/metrics")[1]) for _ in range(10)]
    assert {figures[ARTICLES] for figures in shown} == {before + 20}
    counted = [figures[ARTICLES.replace("/v1/articles", "/metrics")] for figures in shown[1:]]
    assert counted == list(range(int(counted[0]), int(counted[0]) + 9))
    assert {figures["dateline_requests_in_flight"] for figures in shown} == {1}
    assert all(figures['dateline_pool_connections{state="size"}'] >= 1 for figures in shown)
    for work in ("embargoes", "jobs", "statistics", "cleanup"):
        assert shown[-1][f'dateline_ticker_last_run_timestamp_seconds{{work="{work}"}}'] > 1e9


@pytest.mark.long
def test_what_the_database_knows_is_said_once_and_not_when_it_is_away(several: Server) -> None:
    for text in [several.get("/metrics")[1] for _ in range(6)]:
        kinds = re.findall(r"^# TYPE (\S+)", text, re.M)
        assert len(kinds) == len(set(kinds))
        assert samples(text)["dateline_database_up"] == 1
        assert not re.search(r"^dateline_(database_up|changes_position)\{", text, re.M)
    with (
        embedded.running(several.data) as running,
        connect(superuser_of(running)) as superuser,
    ):
        superuser.execute("alter database dateline allow_connections false")
        try:
            superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'dateline'")
            for _ in range(6):
                found = samples(several.get("/metrics")[1])
                assert found["dateline_database_up"] == 0
                assert "dateline_changes_position" not in found
        finally:
            superuser.execute("alter database dateline allow_connections true")
    until(lambda: samples(several.get("/metrics")[1])["dateline_database_up"] == 1)


@pytest.mark.long
def test_a_process_that_has_counted_nothing_so_far_spoils_no_figures(several: Server) -> None:
    directory = directory_of(several)
    ended = subprocess.Popen(["true"])
    ended.wait()
    files = [
        directory / f"{kind}_{ended.pid}.db" for kind in ("counter", "histogram", "gauge_livesum", "gauge_livemax")
    ]
    for file in [*files, directory / f"{metrics_directory.MARK}{ended.pid}"]:
        file.touch()
    assert [several.get("/metrics")[0] for _ in range(6)] == [200] * 6
    assert [file.exists() for file in files] == [True, True, False, False]


@pytest.mark.long
def test_what_a_killed_process_counted_stays_and_what_it_held_goes(several: Server) -> None:
    several.get("/v1/articles")
    before = samples(several.get("/metrics")[1])
    workers = workers_of(several)
    os.kill(min(workers), signal.SIGKILL)
    until(lambda: len(workers_of(several) - workers) == 1)
    until(several.is_ready)
    after = samples(several.get("/metrics")[1])
    assert after[ARTICLES] == before[ARTICLES]
    assert after["dateline_requests_in_flight"] == 1


@pytest.mark.long
def test_a_server_whose_figures_were_cleared_away_goes_on() -> None:
    with temporary_place() as place, Server(place, metrics="true") as server:
        directory = directory_of(server.ready())
        shutil.rmtree(directory)
        paths = ["/v1/articles", "/v1/tags", "/v1/articles", "/docs", "/metrics"]
        assert [server.get(path)[0] for path in paths] == [200] * len(paths)
        for worker in workers_of(server):
            os.kill(worker, signal.SIGKILL)
        until(server.is_ready)
        assert [server.get(path)[0] for path in paths] == [200] * len(paths)
        assert samples(server.get("/metrics")[1])[ARTICLES] == 2
        assert server.errors.count("Traceback") == 0


COUNTING = """
import os, pathlib, subprocess, sys
from api.observability import metrics_directory
metrics_directory.MEMORY = pathlib.Path(os.environ["PLACE"])
with metrics_directory.shared():
    print(os.environ[metrics_directory.VARIABLE], flush=True)
    if sys.argv[1:]:
        worker = "from api.observability import metrics_directory; metrics_directory.join(); print(); input()"
        subprocess.run([sys.executable, "-c", worker])
    input()
"""


@pytest.mark.long
def test_the_next_start_removes_what_killed_servers_left_and_nothing_of_those_that_live(tmp_path: Path) -> None:
    def counting(*arguments: str) -> tuple[subprocess.Popen[str], Path]:
        started = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", COUNTING, *arguments],
                env={**os.environ, "PLACE": str(tmp_path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert started.stdout
        directory = Path(started.stdout.readline().strip())
        if arguments:
            started.stdout.readline()
        return started, directory

    with ExitStack() as stack:
        (killed, left), (parent, workers), (_, used) = counting(), counting("with a worker"), counting()
        for each in (killed, parent):
            each.kill()
            each.wait()
        assert set(tmp_path.iterdir()) == {left, workers, used}
        _, new = counting()
        assert set(tmp_path.iterdir()) == {workers, used, new}, "a worker outlived its parent"


def test_prometheus_client_is_pinned_to_the_version_whose_files_were_checked(tmp_path: Path) -> None:
    dependencies = tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"prometheus-client=={version('prometheus-client')}" in dependencies
    script = (
        "import os; from prometheus_client import Counter, Gauge, Histogram;"
        "Counter('a', 'a').inc(); Histogram('b', 'b').observe(1);"
        "Gauge('c', 'c', multiprocess_mode='livesum').set(1); print(os.getpid())"
    )
    environment = {**os.environ, metrics_directory.VARIABLE: str(tmp_path)}
    pid = subprocess.check_output([sys.executable, "-c", script], env=environment, text=True).strip()
    names = {f"{kind}_{pid}.db" for kind in ("counter", "histogram", "gauge_livesum")}
    assert {path.name for path in tmp_path.iterdir()} == names
    (tmp_path / f"{metrics_directory.MARK}{pid}").touch()
    shared = metrics_directory.files(tmp_path)
    assert {Path(file).name for file in shared} == names - {f"gauge_livesum_{pid}.db"}
    merged = MultiProcessCollector.merge(shared)
    assert {family.name for family in merged} == {"a", "b"}


def directory_of(server: Server) -> Path:
    """Where the processes of a server keep their figures."""
    environment = Path(f"/proc/{min(workers_of(server))}/environ").read_text().split("\0")
    return Path(dict(pair.split("=", 1) for pair in environment if pair)[metrics_directory.VARIABLE])


def workers_of(server: Server) -> set[int]:
    """The processes that answer."""
    return {pid for pid in server.members() if b"spawn_main" in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
