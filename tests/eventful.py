"""An archive in which much has happened, all of it over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from conftest import app_on
from partners import MERGE_PATCH, new_key, patch, push, withdraw

from api.commands import entities, entity_kinds
from api.jobs import runner
from api.postgres.connection import Connection

SENT_AS = {
    "POST": {"Content-Type": "application/json"},
    "PATCH": {"Content-Type": MERGE_PATCH},
    "DELETE": {},
}
EDITS: list[tuple[str, str, dict[str, str]]] = [
    ("POST", "tags", {"name": "#Quays"}),
    ("PATCH", "tags/quays", {"slug": "docks"}),
    ("POST", "tags/docks/merge", {"into": "seoul-washington"}),
    ("PATCH", "tags/seoul-washington", {"slug": "seoul-us"}),
    ("POST", "tags", {"name": "#Nothing"}),
    ("DELETE", "tags/nothing", {}),
    ("POST", "people", {"name": "Ana Roe"}),
    ("POST", "people/ana-roe/merge", {"into": "lee-jae-myung"}),
    ("PATCH", "outlets/japan-forward", {"slug": "forward"}),
    ("POST", "outlets", {"name": "Harbour Daily"}),
    ("DELETE", "outlets/harbour-daily", {}),
]


def key(connection: Connection) -> dict[str, str]:
    return new_key(connection, "all", ["admin"], [])


def live(source: Connection) -> None:
    """Corrections, withdrawals, embargoes, erasures; renames, merges, deletions."""
    client: Any = app_on(source).test_client()
    admin = key(source)
    html = {"body_html": "<p>One <b>two</b></p>", "body": ""}
    corrected = push(client, admin, external_id="corrected", source_version=3, **html)["id"]
    patch(client, admin, corrected, {"headline": "Corrected", "note": "A word"}, **{"If-Match": "*"})
    for external_id, query in (("gone", "reason=Wrong"), ("erased", "reason=Court&purge=true")):
        withdraw(client, admin, push(client, admin, external_id=external_id)["id"], query)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    push(client, admin, external_id="embargoed", embargoed_until=soon)
    for external_id, query in (("never seen", "reason=Wrong"), ("never was", "reason=Court&purge=true")):
        withdraw(client, admin, push(client, admin, external_id=external_id, embargoed_until=soon)["id"], query)
    source.execute("update articles set embargoed_until = now() where external_id like 'never %'")
    entities.upsert(
        source, entity_kinds.OUTLET, [{"slug": "korea-herald", "name": "The Korea Herald", "language": "en"}]
    )
    for method, path, content in EDITS:
        response = client.open(
            f"/v1/{path}", method=method, data=json.dumps(content), headers={**admin, **SENT_AS[method]}
        )
        assert response.status_code < 300, response.text
    runner.run(source)
