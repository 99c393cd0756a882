"""What a partner newsroom does over HTTP, in one line each."""

from collections.abc import Sequence
from typing import Any

from contract import ContractClient
from stories import ARTICLE
from werkzeug.test import TestResponse

from api.commands import keys
from api.postgres.connection import Connection

MERGE_PATCH = "application/merge-patch+json"


def new_key(connection: Connection, name: str, scopes: Sequence[str], outlets: Sequence[str]) -> dict[str, str]:
    """Headers with a key made for the purpose."""
    return {"Authorization": f"Bearer {keys.create(connection, name, scopes, outlets)}"}


def push(client: ContractClient, key: dict[str, str], **fields: Any) -> dict[str, Any]:
    """The article as it is stored."""
    response = client.post("/v1/articles", json={**ARTICLE, **fields}, headers=key)
    assert response.status_code in (200, 201), response.text
    return {**response.get_json(), "etag": response.headers["ETag"], "result": response.headers["Dateline-Result"]}


def patch(client: ContractClient, key: dict[str, str], article: str, content: Any, **headers: str) -> TestResponse:
    return client.patch(
        f"/v1/articles/{article}", json=content, headers={**key, "Content-Type": MERGE_PATCH, **headers}
    )


def withdraw(client: ContractClient, key: dict[str, str], article: str, query: str = "reason=Wrong") -> TestResponse:
    return client.delete(f"/v1/articles/{article}?{query}", headers=key)
