"""The peer of ``bench.read``: a list of a tag by FastAPI, SQLAlchemy and pydantic, a common way to write such APIs.

It reads the same rows by the same index and returns the same fields; tags, people and outlets are loaded by
relationships. It runs as one process with as many connections as Dateline has threads.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, Table, create_engine, select
from sqlalchemy import UUID as UUID_COLUMN
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

POOL = 8


class Base(DeclarativeBase):
    metadata = MetaData()


def _links(table: str, entity: str) -> Table:
    return Table(
        f"article_{table}",
        Base.metadata,
        Column("article_id", UUID_COLUMN, ForeignKey("articles.id"), primary_key=True),
        Column(f"{entity}_id", Integer, ForeignKey(f"{table}.id"), primary_key=True),
        Column("published_at"),
    )


ARTICLE_TAGS = _links("tags", "tag")
ARTICLE_PEOPLE = _links("people", "person")


class Named:
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]


class Tag(Named, Base):
    __tablename__ = "tags"


class Person(Named, Base):
    __tablename__ = "people"


class Outlet(Named, Base):
    __tablename__ = "outlets"


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id"))
    external_id: Mapped[str]
    url: Mapped[str | None]
    headline: Mapped[str]
    standfirst: Mapped[str | None]
    body: Mapped[str]
    body_html: Mapped[str | None]
    byline: Mapped[str | None]
    credit: Mapped[str | None]
    section: Mapped[str | None]
    language: Mapped[str]
    image: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    published_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]
    source_version: Mapped[int | None]
    note: Mapped[str | None]
    status: Mapped[str]
    embargoed_until: Mapped[datetime | None]
    visible: Mapped[bool]
    outlet: Mapped[Outlet] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=ARTICLE_TAGS)
    people: Mapped[list[Person]] = relationship(secondary=ARTICLE_PEOPLE)


class EntityOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    slug: str
    name: str


class ArticleOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    external_id: str
    url: str | None
    headline: str
    standfirst: str | None
    body: str
    body_html: str | None
    byline: str | None
    credit: str | None
    section: str | None
    language: str
    image: dict[str, Any] | None
    outlet: EntityOut
    tags: list[EntityOut]
    people: list[EntityOut]
    published_at: datetime
    created_at: datetime
    updated_at: datetime
    version: int
    source_version: int | None
    note: str | None
    status: str
    embargoed_until: datetime | None


class PageOut(BaseModel):
    data: list[ArticleOut]


ENGINE = create_engine(
    "postgresql+psycopg://", creator=lambda: psycopg.connect(os.environ["DATABASE_URL"]), pool_size=POOL, max_overflow=0
)
app = FastAPI()


def session() -> Iterator[Session]:
    with Session(ENGINE) as opened:
        yield opened


@app.get("/readyz")
def get_ready() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/v1/articles", response_model=PageOut)
def list_articles(
    opened: Annotated[Session, Depends(session)],
    tag: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    links = ARTICLE_TAGS.c
    statement = (
        select(Article)
        .join(ARTICLE_TAGS, links.article_id == Article.id)
        .where(links.tag_id == select(Tag.id).where(Tag.slug == tag).scalar_subquery(), Article.visible)
        .order_by(links.published_at.desc(), links.article_id.desc())
        .limit(limit)
        .options(joinedload(Article.outlet), selectinload(Article.tags), selectinload(Article.people))
    )
    return {"data": opened.scalars(statement).all()}
