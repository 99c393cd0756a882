"""Swagger UI in a real browser: every example runs as it stands, and nothing is loaded from elsewhere."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract import documented
from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

from api.commands import keys
from api.postgres.connection import connect
from api.resources.guides import CONTENTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Without these, Chromium asks its maker's servers for this and that.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

DESKTOP, PHONE = ViewportSize(width=1280, height=1400), ViewportSize(width=390, height=844)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium, which .ci/run installs")


@pytest.fixture
def page(served: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test when it asks another host or complains in its console.

    Its parameters are those of a new page of the browser.
    """
    elsewhere: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(**{"viewport": DESKTOP, **getattr(request, "param", {})})
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((served["BASE"], "data:")) else elsewhere.append(request.url)
            ),
        )
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{served['BASE']}/docs")
        page.wait_for_selector(".opblock")
        yield page
        browser.close()
    assert elsewhere == []
    assert complaints == []


def opened(page: Page, operation: str) -> Locator:
    """An operation, unfolded."""
    block = page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary-control").click()
    block.locator("button.execute").wait_for()
    return block


def executed(block: Locator) -> str:
    """The status that an operation answers when it is executed as it stands."""
    block.locator("button.execute").click()
    status = block.locator(".live-responses-table .response-col_status").last
    status.wait_for()
    return status.inner_text().split()[0]


def pictured(page: Page, name: str) -> None:
    """A picture for the documentation, where one is wanted."""
    if directory := os.environ.get("DATELINE_SCREENSHOTS"):
        Path(directory).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{directory}/{name}.png")


def authorized(page: Page, served: dict[str, str], scopes: str, *outlets: str) -> None:
    """Enter a new key with these scopes under "Authorize"."""
    with connect(served["DATABASE_URL"]) as connection:
        key = keys.create(connection, "browser", scopes.split(), outlets)
    page.locator("button.authorize").first.click()
    page.locator(".auth-container input").fill(key)
    page.locator(".auth-btn-wrapper button.authorize").click()
    page.locator("button.btn-done").click()


@pytest.mark.long
def test_every_get_runs_untouched(page: Page, served: dict[str, str]) -> None:
    pictured(page, "swagger-ui")
    authorized(page, served, "admin")
    answered: dict[str, str] = {}
    for operation in (methods["get"] for methods in documented()["paths"].values() if "get" in methods):
        block = opened(page, operation["operationId"])
        answered[operation["operationId"]] = executed(block)
        # Folded again, or the page gets slower with each.
        block.locator(".opblock-summary-control").click()
    assert len(answered) > 10
    assert set(answered.values()) == {"200"}, answered


@pytest.mark.long
def test_every_patch_delete_and_batch_runs_untouched_after_what_it_needs(page: Page, served: dict[str, str]) -> None:
    authorized(page, served, "write edit", "korea-herald")
    answered: dict[str, str] = {}
    for operation in (
        "pushArticle", "changeArticle", "pushBatch", "withdrawArticle",
        "createTag", "changeTag", "deleteTag", "createPerson", "changePerson", "deletePerson",
        "createOutlet", "changeOutlet", "deleteOutlet",
    ):  # fmt: skip
        block = opened(page, operation)
        answered[operation] = executed(block)
        block.locator(".opblock-summary-control").click()
    assert set(answered.values()) <= {"200", "201", "202"}, answered


@pytest.mark.long
def test_operations_are_folded_and_the_box_filters_them(page: Page) -> None:
    expect(page.locator(".opblock.is-open")).to_have_count(0)
    everything = page.locator(".opblock").count()
    page.locator(".operation-filter-input").fill("merge")
    expect(page.locator(".opblock")).to_have_count(3)
    page.locator(".operation-filter-input").fill("Keys")
    expect(page.locator(".opblock")).to_have_count(5)
    page.locator(".operation-filter-input").fill("")
    expect(page.locator(".opblock")).to_have_count(everything)


@pytest.mark.long
def test_a_padlock_marks_what_needs_a_key(page: Page) -> None:
    needed = {
        operation["operationId"]
        for methods in documented()["paths"].values()
        for operation in methods.values()
        if operation.get("security")
    }
    marked = page.locator(".opblock:has(.authorization__btn)").evaluate_all("all => all.map(one => one.id)")
    assert {name.rpartition("-")[2] for name in marked} == needed


@pytest.mark.long
def test_choices_are_offered_and_sent_with_commas(page: Page) -> None:
    block = opened(page, "listTagArticles")
    block.locator("tr[data-param-name='fields'] select").select_option(["id", "headline"])
    block.locator("tr[data-param-name='facets'] select").select_option("year")
    assert executed(block) == "200"
    expect(block.locator(".request-url")).to_contain_text("fields=id,headline&facets=year")


@pytest.mark.long
def test_an_article_can_be_had_as_ninjs(page: Page) -> None:
    block = opened(page, "getArticle")
    block.locator("tr[data-code='200'] select.content-type").select_option("application/vnd.iptc.ninjs+json")
    assert executed(block) == "200"
    expect(block.locator(".live-responses-table")).to_contain_text("application/vnd.iptc.ninjs+json")


@pytest.mark.long
def test_only_the_first_error_shows_a_body(page: Page) -> None:
    block = opened(page, "getArticle")
    errors = block.locator("tr.response:is([data-code^='4'], [data-code^='5'])")
    assert errors.count() > 5
    assert errors.locator(".model-example:visible").count() == 1
    expect(errors.nth(2).locator("a")).to_have_attribute("href", re.compile(r"/problems/\w+$"))


@pytest.mark.long
@pytest.mark.parametrize("page", [{"color_scheme": scheme} for scheme in ("light", "dark")], indirect=True)
def test_colours_follow_the_system(page: Page) -> None:
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    [brightness] = page.evaluate("[getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]]")
    assert (int(brightness) < 100) is dark


@pytest.mark.long
@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)
def test_nothing_scrolls_sideways_on_a_phone(page: Page, served: dict[str, str]) -> None:
    def overflow() -> int:
        return page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert overflow() <= 0
    for operation in ("listTagArticles", "pushArticle"):
        block = opened(page, operation)
        if operation.startswith("list"):
            assert executed(block) == "200"
        assert overflow() <= 0, operation
        block.locator(".opblock-summary-control").click()
    for path in ("/guides", *(f"/guides/{name}" for names in CONTENTS.values() for name in names)):
        page.goto(f"{served['BASE']}{path}")
        assert overflow() <= 0, path


def test_the_hashtag_page_is_opened_and_filtered_by_person(page: Page) -> None:
    block = opened(page, "listTagArticles")
    assert executed(block) == "200"
    found = block.locator(".live-responses-table .highlight-code").first
    expect(found).to_contain_text('"total": 5')
    block.locator("tr[data-param-name='person'] input").fill("lee-jae-myung")
    assert executed(block) == "200"
    expect(block.locator(".request-url")).to_contain_text("person=lee-jae-myung")
    expect(found).not_to_contain_text('"total": 5')
    expect(found).to_contain_text('"lee-jae-myung"')
    found.scroll_into_view_if_needed()
    pictured(page, "hashtag-page")


@pytest.mark.long
def test_a_link_to_an_operation_opens_it(page: Page, served: dict[str, str]) -> None:
    page.goto(f"{served['BASE']}/docs#/Tags/getTag")
    page.reload()
    page.locator("[id$='-getTag'] button.execute").wait_for()


@pytest.mark.long
def test_an_article_is_pushed_with_a_key(page: Page, served: dict[str, str]) -> None:
    authorized(page, served, "write", "korea-herald")
    block = opened(page, "pushArticle")
    for _ in range(2):
        assert executed(block) in ("200", "201")


@pytest.mark.long
def test_a_push_that_is_sent_again_shows_its_first_answer(page: Page, served: dict[str, str]) -> None:
    authorized(page, served, "write", "korea-herald")
    block = opened(page, "pushArticle")
    block.locator("tr[data-param-name='Idempotency-Key'] input").fill('"once"')
    first = executed(block)
    block.locator("button.execute").click()
    expect(block.locator(".live-responses-table")).to_contain_text("idempotency-replayed: true")
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text(first)


@pytest.mark.long
def test_a_key_is_created_with_a_key(page: Page, served: dict[str, str]) -> None:
    authorized(page, served, "admin")
    assert executed(opened(page, "createKey")) == "201"
