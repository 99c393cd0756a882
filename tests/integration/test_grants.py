"""A server whose role owns nothing: it reads and writes what it must, and can change no table."""

import uuid
from collections.abc import Iterator

import pytest
from conftest import UNLIMITED, new_database
from partners import new_key
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege
from stories import ARTICLE

from api.app import create_app
from api.commands import article_lifecycle, change_log, grants, idempotency, reindex, term_counts
from api.ingest import archive
from api.postgres import migrate, revisions
from api.postgres.connection import connect, in_transaction
from api.settings import Settings


@pytest.fixture(scope="module")
def granted(server: str, superuser: str) -> Iterator[str]:
    """The demo archive as a role without rights of its own sees it."""
    role = f"dateline_test_{uuid.uuid4().hex}"
    named = {"role": sql.Identifier(role)}
    with new_database(server) as conninfo, connect(superuser) as other:
        try:
            other.execute(sql.SQL("create role {role}").format(**named))
        except InsufficientPrivilege:
            pytest.skip("the role of TEST_DATABASE_URL may make no roles")
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            archive.seed(connection)
            grants.grant(connection, role)
            grants.grant(connection, role)
        whole = make_conninfo(superuser, dbname=conninfo_to_dict(conninfo)["dbname"])
        try:
            yield make_conninfo(whole, options=f"-c role={role}")
        finally:
            with connect(whole) as connection:
                connection.execute(sql.SQL("drop owned by {role}; drop role {role}").format(**named))


def test_a_role_that_owns_nothing_is_told_that_it_cannot_migrate(granted: str) -> None:
    for revision in ("base", "0005"):
        with pytest.raises(revisions.UnfitDatabase, match=r"may not create tables: .* Make it the owner"):
            migrate.migrate_to(granted, revision)
    migrate.upgrade(granted)


def test_a_role_that_owns_nothing_serves_an_archive(granted: str) -> None:
    migrate.upgrade(granted)
    with connect(granted) as connection:
        headers = new_key(connection, "desk", ["admin"], [])
        assert term_counts.measure(connection)
        assert reindex.reindex_articles(connection, lambda _: None)
        for due in (article_lifecycle.release_due, lambda c: change_log.trim(c, 1), idempotency.delete_expired):
            in_transaction(connection, due)
        assert list(archive.export_lines(connection))
    app = create_app(Settings(database_url=granted, **UNLIMITED))
    try:
        client = app.test_client()
        assert client.get("/readyz").status_code == 200
        assert (
            client.post("/v1/articles", json=ARTICLE, headers={**headers, "Idempotency-Key": '"1"'}).status_code == 201
        )
        assert client.post("/v1/articles/batch", json=[ARTICLE], headers=headers).status_code == 200
        assert client.post("/v1/tags", json={"name": "#Quays"}, headers=headers).status_code in (201, 202)
        assert client.get("/v1/articles?q=seoul&facets=tag", headers=headers).status_code == 200
        article = client.post("/v1/articles", json=ARTICLE, headers=headers).get_json()["id"]
        assert client.delete(f"/v1/articles/{article}?reason=Test&purge=true", headers=headers).status_code in (
            200,
            204,
        )
    finally:
        app.extensions["dateline.database"].close()


@pytest.mark.parametrize(
    "statement",
    [
        "drop table articles",
        "truncate articles",
        "alter table articles add surprise int",
        "create table public.surprise ()",
        "update alembic_version set version_num = '0001'",
    ],
)
def test_a_role_that_owns_nothing_changes_no_table(granted: str, statement: str) -> None:
    with connect(granted) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())
