"""The schema: up, down, and from an empty database to the same place."""

import subprocess
import sys
import time

import pytest
from alembic.script import ScriptDirectory
from conftest import drop_database, new_database
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.postgres import alembic_steps, migrate, revisions
from api.postgres.connection import Connection, connect

OBJECTS = """
    select table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
    union all
    select tablename, indexname, indexdef, '', '' from pg_indexes
    where schemaname = 'public' and tablename <> 'alembic_version'
    union all
    select relname, unnest(reloptions), '', '', '' from pg_class where relnamespace = 'public'::regnamespace
    union all
    select cfgname, 'configuration', '', '', '' from pg_ts_config where cfgnamespace = 'public'::regnamespace
    union all
    select dictname, dictinitoption, '', '', '' from pg_ts_dict where dictnamespace = 'public'::regnamespace
    order by 1, 2
"""


def objects(connection: Connection) -> list[dict[str, object]]:
    """All columns, indexes, ways of storing, and text search configurations."""
    return connection.execute(OBJECTS).fetchall()


def test_the_migrations_that_a_process_knows_are_those_of_alembic_in_its_order() -> None:
    script = ScriptDirectory.from_config(alembic_steps.config_for_migrations())
    assert len(script.get_heads()) == len(script.get_bases()) == 1
    assert list(revisions.known()) == [step.revision for step in script.walk_revisions()][::-1]


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(blank_database: str) -> None:
    started = (
        "import sys; from api.cli import main; from api.server import startup, worker;"
        " from api.app import create_app; create_app()"
    )
    migrated = f"from api.postgres import migrate; migrate.upgrade({blank_database!r})"
    loaded = "print(sorted({'alembic', 'sqlalchemy'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", f"{started}; {migrated}; {loaded}"], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_every_migration_goes_up_down_and_up_again(server: str) -> None:
    with new_database(server) as conninfo, connect(conninfo) as connection:
        before = "base"
        for step in revisions.known():
            held = objects(connection)
            migrate.migrate_to(conninfo, step)
            above = objects(connection)
            migrate.migrate_to(conninfo, before)
            assert objects(connection) == held
            migrate.migrate_to(conninfo, step)
            assert objects(connection) == above != held
            before = step
        assert migrate.migrate_to(conninfo, "base") is None
        assert objects(connection) == []


def test_articles_are_written_while_an_index_of_them_is_made(server: str) -> None:
    with new_database(server) as conninfo, connect(conninfo) as busy, connect(conninfo) as other:
        migrate.migrate_to(conninfo, "0014")
        migration = f"from api.postgres import migrate; migrate.migrate_to({conninfo!r}, '0015')"
        with busy.transaction():
            busy.execute("lock table articles in row exclusive mode")
            # Two servers that start at the same time.
            started = [subprocess.Popen([sys.executable, "-c", migration]) for _ in range(2)]
            wait_for_migrations(other, 2)
            with other.transaction():
                other.execute("set local lock_timeout = '5s'")
                other.execute("lock table articles in row exclusive mode")
        assert [process.wait(timeout=60) for process in started] == [0, 0]
        assert revisions.current(other) == "0015"


def wait_for_migrations(connection: Connection, number: int) -> None:
    """Wait until so many processes migrate the database, and one of them waits while it makes an index."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        others = connection.execute(
            "select wait_event_type = 'Lock' and query like '%create index%' as waits from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
        if len(others) > number and any(other["waits"] for other in others):
            return
        time.sleep(0.02)
    raise AssertionError("no migration waits")


def test_a_database_that_is_not_utf8_is_refused(server: str) -> None:
    name = "dateline_test_ascii"
    with connect(server) as connection:
        connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL(
                "create database {} template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'"
            ).format(sql.Identifier(name))
        )
        with pytest.raises(revisions.UnfitDatabase, match=r"SQL_ASCII.*UTF-8"):
            migrate.upgrade(make_conninfo(server, dbname=name))
        drop_database(connection, name)


def test_unique_keys_of_growing_tables_hold_the_article(blank: Connection) -> None:
    keys = blank.execute(
        """
        select i.indrelid::regclass::text as table_name, array_agg(a.attname::text) as columns
        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indisunique
            and i.indrelid in ('articles'::regclass, 'article_tags'::regclass, 'article_people'::regclass)
        group by i.indexrelid, i.indrelid
        """
    ).fetchall()
    assert keys
    for key in keys:
        assert {"id", "article_id"} & set(key["columns"]), key
