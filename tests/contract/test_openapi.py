"""The OpenAPI document: valid, complete, and in words."""

import json
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from conftest import app_on
from contract import ContractClient, documented, example_address, written
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.errors import PROBLEMS

pytestmark = pytest.mark.every_postgres

DOCUMENT = documented()
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
]
FILLED = {
    "version": 1,
    "job_id": 1,
    "article_id": str(uuid4()),
    "slug": "seoul-washington",
    "code": "not_found",
    "prefix": "0a1b2c3d",
    "candidate_id": "0123456789abcdef",
}


# What answers are in that are not in JSON alone.
TYPES = {"pushBatch": {"application/x-ndjson"}}


def described(schema: dict[str, Any]) -> bool:
    """Whether a schema's property says what it is; a reference may say so at its target."""
    return bool(schema.get("description")) or "$ref" in schema or "allOf" in schema


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    errors = [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()]
    assert errors == []


def test_the_document_is_the_one_in_docs() -> None:
    # A change of the API is meant to be seen in review: make openapi writes the file anew.
    snapshot = (Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8").splitlines()
    current = json.dumps(written(), indent=2).splitlines()
    assert "\n".join(unified_diff(snapshot, current, "docs/openapi.json", "this code", lineterm="")) == ""


def test_operations_keep_their_names() -> None:
    assert {str(operation.id) for operation in OPERATIONS} == {
        "acceptCandidate",
        "acceptPerson",
        "acceptTag",
        "changeArticle",
        "changeOutlet",
        "changePerson",
        "changeTag",
        "createKey",
        "createOutlet",
        "createPerson",
        "createTag",
        "deleteOutlet",
        "deletePerson",
        "deleteTag",
        "getArticle",
        "getCandidate",
        "getIndex",
        "getJob",
        "getKey",
        "getOutlet",
        "getPerson",
        "getProblem",
        "getTag",
        "getTimeline",
        "getVersion",
        "getVersionDiff",
        "listArticles",
        "listCandidates",
        "listChanges",
        "listKeys",
        "listOutletArticles",
        "listOutletCompanions",
        "listOutlets",
        "listPersonCompanions",
        "listPeople",
        "listPersonArticles",
        "listProblems",
        "listRelated",
        "listTagArticles",
        "listTagCompanions",
        "listTags",
        "listTrending",
        "listVersions",
        "livez",
        "mergeCandidate",
        "mergePerson",
        "mergeTag",
        "pushArticle",
        "pushBatch",
        "readyz",
        "refusePerson",
        "refuseTag",
        "rejectCandidate",
        "restoreCandidate",
        "revokeKey",
        "rotateKey",
        "suggestNames",
        "withdrawArticle",
    }


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_parameter_and_answer_has_a_sentence(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"], (path, method)
    assert operation["description"], (path, method)
    for parameter in operation["parameters"]:
        assert parameter.get("description", "").endswith("."), parameter["name"]
    for status, answer in operation["responses"].items():
        assert answer["description"], status
        good = TYPES.get(operation["operationId"], {"application/json"})
        assert set(answer.get("content", good)) == (good if int(status) < 400 else {"application/problem+json"})


def test_an_article_is_documented_in_json_and_its_ninjs_beside_it() -> None:
    # Beside the content, so that generated clients have one type for it.
    article = DOCUMENT["paths"]["/v1/articles/{article_id}"]["get"]["responses"]["200"]
    assert article["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/WholeArticle"}
    assert article["x-other-content"] == {
        "application/vnd.iptc.ninjs+json": {"schema": {"$ref": "#/components/schemas/Ninjs"}}
    }


def test_a_read_may_have_a_key_and_a_write_must() -> None:
    # Reads inherit the document's rule: openapi-python-client takes any rule of their own for a must.
    assert DOCUMENT["security"] == [{}, {"key": []}]
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if method == "get" and not path.startswith(("/v1/keys", "/v1/people/candidates")):
                assert operation.get("security") == (None if path.startswith("/v1/") else []), path
            elif method != "parameters":
                assert operation["security"] == [{"key": []}], path


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_field_has_a_sentence(name: str) -> None:
    for field, schema in DOCUMENT["components"]["schemas"][name].get("properties", {}).items():
        assert described(schema), f"{name}.{field}"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_refuses_a_parameter_it_does_not_know(
    client: ContractClient, admin_key: dict[str, str], path: str, method: str, operation: dict[str, Any]
) -> None:
    filled = re.sub(r"{(\w+)}", lambda match: str(FILLED[match[1]]), path)
    body = {"json": {}} if method == "post" else {}
    response = client.open(f"{filled}?no_such=1", method=method.upper(), headers=admin_key, **body)
    assert response.status_code == 422, operation["operationId"]
    assert "no_such" in [error.get("parameter") for error in response.get_json()["errors"]]


@pytest.mark.parametrize(("path", "method", "operation"), [o for o in OPERATIONS if o.values[1] == "get"])
def test_every_example_of_a_read_works(
    client: ContractClient, admin_key: dict[str, str], path: str, method: str, operation: dict[str, Any]
) -> None:
    headers = admin_key if operation.get("security") else {}
    address = example_address(path, DOCUMENT["paths"][path])
    response = client.open(address, method=method, headers=headers)
    assert response.status_code == 200, operation["operationId"]
    if any(parameter["name"] == "If-None-Match" for parameter in operation["parameters"]):
        headers["If-None-Match"] = response.headers["ETag"]
        assert client.open(address, method=method, headers=headers).status_code == 304


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_kind_of_problem_has_a_page(client: ContractClient, code: str) -> None:
    page = client.get(f"/problems/{code}").get_json()
    assert (page["code"], page["status"]) == (code, PROBLEMS[code].status)
    assert page["description"].endswith((".", "`."))
    assert page in client.get("/problems").get_json()["data"]


def test_the_document_is_cached_by_its_etag(client: ContractClient) -> None:
    first = client.get("/openapi.json", base_url="http://127.0.0.1:8000")
    assert first.get_json() == written()
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/openapi.json", headers=known, base_url="http://127.0.0.1:8000").status_code == 304


def test_reads_can_be_closed(demo: Any, admin_key: dict[str, str]) -> None:
    closed = app_on(demo, public_reads=False).test_client()
    assert closed.get("/v1/articles").status_code == 401
    assert closed.get("/v1/articles", headers=admin_key).status_code == 200
    assert closed.get("/livez").status_code == 200


def test_links_use_the_public_url(demo: Any) -> None:
    client = app_on(demo, public_url="https://news.example.org").test_client()
    assert client.get("/v1/articles?limit=1").headers["Link"].startswith("<https://news.example.org/v1/articles?")
    assert client.get("/v1/nothing").get_json()["type"] == "https://news.example.org/problems/not_found"


@pytest.mark.parametrize(("proxies", "scheme"), [(0, "http"), (1, "https")])
def test_a_proxy_is_believed_only_when_trusted(demo: Any, proxies: int, scheme: str) -> None:
    client = app_on(demo, trusted_proxies=proxies).test_client()
    links = client.get("/", headers={"X-Forwarded-Proto": "https"}).get_json()["links"]
    assert links["tags"].startswith(f"{scheme}://")


def test_every_link_of_a_description_works_wherever_it_is_read(client: ContractClient) -> None:
    text = client.get("/openapi.json", base_url="https://news.example.org").text
    links = set(re.findall(r"\]\((\w+:[^)]+)\)", text))
    assert {"https://news.example.org/guides/reading", "https://news.example.org/problems/gone"} <= links
    for link in links:
        url = urlsplit(link)
        assert (url.scheme, url.netloc) == ("https", "news.example.org"), link
        target = client.get(url.path)
        assert target.status_code == 200, link
        assert not url.fragment or f'id="{url.fragment}"' in target.text, link


def test_reads_ask_for_a_key_where_they_are_not_public(demo: Any) -> None:
    closed = app_on(demo, public_reads=False).test_client().get("/openapi.json").get_json()
    assert closed["security"] == [{"key": []}]
