"""Commands for the database's schema and what is derived from the articles: migrate, grant, reindex, stats."""

import click

from api.cli import target
from api.cli.output import as_json, print_result, progress_bar
from api.commands import grants, term_counts
from api.commands import reindex as reindexing
from api.postgres import locate, migrate


@click.command(name="migrate")
@click.option("--to", "revision", default="head", show_default=True, help="Go up or down to this migration.")
@as_json
def migrate_command(revision: str, as_json: bool) -> None:
    """Migrate the database to the newest schema.

    Creates the archive if there is none. Refuses a database that is not in UTF-8.
    """
    with locate.database_for(target.announced_settings(), create=True) as (conninfo, _):
        reached = migrate.migrate_to(conninfo, revision)
    print_result({"revision": reached}, as_json, f"The database is at migration {reached or 'none'}.")


@click.command()
@click.argument("role")
@as_json
def grant(role: str, as_json: bool) -> None:
    """Let ROLE serve the archive without owning its tables. Run this as the role that owns them."""
    with target.open_archive() as connection:
        grants.grant(connection, role)
    print_result({"granted": role}, as_json, f"{role} may serve this archive.")


@click.command()
@as_json
def reindex(as_json: bool) -> None:
    """Rebuild the search index of all articles.

    The archive may be served and written meanwhile. Run it once after an update whose changelog asks for it, when
    all servers have the new version. It may be interrupted and run again.
    """
    with target.open_archive() as connection, progress_bar("Reindexing") as advance:
        total = reindexing.reindex_articles(connection, advance)
    print_result({"articles": total}, as_json, f"{total} articles reindexed.")


@click.command()
@as_json
def stats(as_json: bool) -> None:
    """Count words, for ranking and query plans.

    Counts in how many articles each word occurs. A server does this by itself when it is due.
    """
    with target.open_archive() as connection:
        counted = term_counts.measure(connection)
    if counted is None:
        print_result({"counted": False}, as_json, "Another process is counting at the moment.")
    else:
        text = "{lexemes} words counted in {sampled} of {articles} articles.".format(**counted)
        print_result({"counted": True, **counted}, as_json, text)
