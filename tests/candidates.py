"""What tests of candidates have in common: articles with unknown names, and requests for candidates."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contract import ContractClient
from partners import new_key
from stories import outlet, record, store, withdraw

from api.commands import article_lifecycle, change_log
from api.commands.change_log import Change
from api.jobs import propose
from api.postgres.connection import Connection
from api.text.name_keys import candidate_id

CANDIDATES = "/v1/people/candidates"
VANE = candidate_id("osric vane")
OUTLETS = ("daily", "herald", "times")


def editor(blank: Connection) -> dict[str, str]:
    """Headers with a key that may edit entities of an empty archive, which gets three outlets."""
    for slug in OUTLETS:
        outlet(blank, slug)
    return new_key(blank, "desk", ["edit"], [])


def stories(connection: Connection, name: str = "Osric Vane", outlets: Sequence[str] = OUTLETS) -> list[UUID]:
    """Store an article of each of these outlets that names a person, and look for names."""
    results = store(
        connection,
        *(
            record(
                f"{name} {number}", day=number, outlet=slug, body=f"Ports opened. Mr {name} was there.", language="en"
            )
            for number, slug in enumerate(outlets)
        ),
    )
    propose.run(connection)
    return [result.id for result in results]


def listed(client: ContractClient, key: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"{CANDIDATES}?{query}", headers=key)
    assert response.status_code == 200, response.text
    return response.get_json()["data"]


def names(client: ContractClient, key: dict[str, str], query: str = "") -> list[str]:
    return [candidate["name"] for candidate in listed(client, key, query)]


def act(client: ContractClient, key: dict[str, str], candidate: str, action: str, **content: Any) -> Any:
    body = {"json": content} if action in ("accept", "merge") else {}
    return client.post(f"{CANDIDATES}/{candidate}/{action}", headers=key, **body)


def hidden_by(connection: Connection, article: UUID, how: str) -> None:
    """Hide the first article of ``stories``."""
    if how in ("withheld", "canceled"):
        withdraw(connection, article, how, "Wrong")
    elif how == "purged":
        changes: list[Change] = []
        article_lifecycle.purge(connection, article, "Wrong", changes)
        change_log.append(connection, changes)
    else:
        stored = connection.execute("select external_id, body from articles where id = %s", [article]).fetchone()
        assert stored
        name = stored["external_id"]
        again = {"embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)} if how == "embargoed" else {"status": "withheld"}
        store(connection, {**record(name, outlet="daily", body=stored["body"], language="en"), **again})
