"""``dateline keys``: create, list, rotate and revoke API keys."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from api.auth.keys import SCOPES
from api.cli import target
from api.cli.output import CommandWithTable, as_json, notes, print_result
from api.commands import keys as key_commands
from api.postgres.connection import in_transaction
from api.queries import keys as key_queries

# In a narrower column a prefix, or a date, would be broken.
COLUMNS = {"Prefix": 8, "Name": 1, "Scopes": 1, "Outlets": 1, "Created": 10, "Last used": 10, "Revoked": 10}

SCOPE_HELP = {
    "read": "Read articles, also when PUBLIC_READS is false. Every other scope includes it.",
    "write": "Push, change and withdraw the articles of its outlets, and read their embargoed ones.",
    "edit": "Create, change, merge and delete tags, people and outlets.",
    "admin": "Everything that the other scopes allow, for all outlets; purge articles, and manage keys.",
}


@click.group(name="keys")
def keys_group() -> None:
    """Create, list, rotate and revoke API keys."""


@keys_group.command(name="create", cls=CommandWithTable, table=("Scopes", list(SCOPE_HELP.items())))
@click.option("--name", required=True, help="Who or what the key is for, to tell keys apart.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What it allows; may be repeated.",
)
@click.option("--outlet", "outlets", multiple=True, help="Slug of an outlet it writes for; may be repeated.")
@as_json
def create_key(name: str, scopes: Sequence[str], outlets: Sequence[str], as_json: bool) -> None:
    """Create a key and print it. It is not shown again."""
    if "write" in scopes and not outlets and "admin" not in scopes:
        raise click.UsageError("A key with the scope write needs an --outlet to write for.")
    with target.open_archive() as connection:
        key = in_transaction(connection, lambda c: key_commands.create(c, name, scopes, outlets))
    _print_key(key, {"key": key, "name": name, "scopes": list(scopes), "outlets": list(outlets)}, as_json)


@keys_group.command(name="list")
@as_json
def list_keys(as_json: bool) -> None:
    """List all keys without their secrets."""
    with target.open_archive() as connection:
        rows = key_queries.all_keys(connection)
    if as_json:
        print_result(rows, True, "")
        return
    table = Table(box=None)
    for name, width in COLUMNS.items():
        table.add_column(name, min_width=width, overflow="fold")
    for row in rows:
        times = [row[name] for name in ("created_at", "last_used_at", "revoked_at")]
        minutes = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times]
        table.add_row(row["prefix"], row["name"], " ".join(row["scopes"]), " ".join(row["outlets"]), *minutes)
    # A pipe has no width that lines should be folded to.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)


@keys_group.command(name="rotate")
@click.argument("prefix")
@as_json
def rotate_key(prefix: str, as_json: bool) -> None:
    """Replace the key with this PREFIX and print the new one.

    PREFIX is the eight characters after dl_, as `dateline keys list` shows them. The new key has the same rights; the
    old one is revoked at once.
    """
    with target.open_archive() as connection:
        key = in_transaction(connection, lambda c: key_commands.rotate(c, prefix))
    _print_key(key, {"key": key, "revoked": prefix}, as_json)


@keys_group.command(name="revoke")
@click.argument("prefix")
@as_json
def revoke_key(prefix: str, as_json: bool) -> None:
    """Revoke the key with this PREFIX at once.

    PREFIX is the eight characters after dl_, as `dateline keys list` shows them.
    """
    with target.open_archive() as connection:
        in_transaction(connection, lambda c: key_commands.revoke(c, prefix))
    print_result({"revoked": prefix}, as_json, f"The key {prefix} is revoked.")


def _print_key(key: str, content: object, as_json: bool) -> None:
    print_result(content, as_json, key)
    if not as_json:
        notes.print("Store it safely now: Dateline keeps only its hash and cannot show it again.")
