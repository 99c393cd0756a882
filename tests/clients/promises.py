"""What the generated client promises, for the type checker: nothing here is run."""

from datetime import date, datetime
from typing import Literal, assert_type
from uuid import UUID

from dateline_client import Client
from dateline_client.api.articles import get_article, list_articles, push_article
from dateline_client.models import (
    Article,
    ArticleInput,
    Image,
    LinkedPersonReference,
    ListedArticle,
    Page,
    Problem,
    Role,
    WholeArticle,
)
from dateline_client.types import Unset


def kept(article: Article, listed: ListedArticle, image: Image, role: Role, page: Page, client: Client) -> None:
    """Each type is this one and no other, and a client without a key may read."""
    assert_type(article.id, UUID)
    assert_type(article.headline, str)
    assert_type(article.standfirst, str | None)
    assert_type(article.image, Image | None)
    assert_type(article.people, list[LinkedPersonReference])
    assert_type(article.published_at, datetime)
    assert_type(article.status, Literal["usable", "withheld", "canceled"])
    assert_type(listed.published_at, datetime | Unset)
    assert_type(image.caption, str | None)
    assert_type(role.to, date | None)
    assert_type(page.next_, str | None)
    assert_type(get_article.sync(article.id, client=client), Problem | WholeArticle | None)
    list_articles.sync(client=client, sort="oldest", section=["Politics"], person="lee-jae-myung")
    list_articles.sync(client=client, fields=["id", "headline"], facets=["tag", "year"], include=["body"])


def refused(client: Client, article: ArticleInput) -> None:
    """Each ignore is needed, which the type checker sees to."""
    push_article.sync(client=client, body=article)  # pyright: ignore[reportArgumentType]: it needs a key
    list_articles.sync(client=client, sort="random")  # pyright: ignore[reportArgumentType]: no such value
    list_articles.sync(client=client, section="World")  # pyright: ignore[reportArgumentType]: several are a list
    list_articles.sync(client=client, fields=["title"])  # pyright: ignore[reportArgumentType]: no such field
