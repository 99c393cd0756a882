"""What a ninjs 3.1 news item says of an article: which of its texts, names, times and files, and where they stand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from api.text.html import to_text
from schemas.base import http_url

Item = dict[str, Any]
Path = tuple[str | int, ...]

# Roles and codes that only a document meant for Dateline has.
OURS = "dateline:"
OUTLET, EXTERNAL_ID, ID = f"{OURS}outlet", f"{OURS}external_id", f"{OURS}id"
SECTION, AGENCY, PUBLISHER = "section", "agency", "publisher"

# Wider pictures are for print.
WIDEST = 2_048

# Where a field of the article is looked for when nothing says it.
USUAL: Mapping[str, Path] = {"outlet": ("altIds",), "headline": ("headlines",), "published_at": ("contentCreated",)}

_PLAIN = ("", "text/plain")
_HTML = ("text/html", "application/xhtml+xml")
# Roles that say in which form a text is, not which part of the story.
_FORMS = ("text", "richtext")


class Story:
    """What a news item says of an article, as a push, and where it says it."""

    def __init__(self, document: Any, outlet: str | None) -> None:
        self.article: dict[str, Any] = {}
        self.refused: list[tuple[Path, str]] = []
        self._places: dict[Path, Path] = {}
        self._names(document, outlet)
        self._times_and_status(document)
        self._texts(document)
        self._concepts(document)
        self._files(document)

    def place(self, path: Path) -> Path:
        """Where the document says what has this path in the article; of what it does not say, where it would."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._places:
                return self._places[path[:length]]
        return USUAL.get(str(path[0]), ()) if path else ()

    def _put(self, field: str, value: object, *place: str | int) -> None:
        self.article[field] = value
        self._places[field,] = place

    def _append(self, field: str, value: object, *place: str | int) -> None:
        values = self.article.setdefault(field, [])
        self._places[field, len(values)] = place
        values.append(value)

    def _copy(self, document: Item, name: str, field: str, read: Callable[[str], object] = str) -> None:
        if name in document:
            self._put(field, read(document[name]), name)

    def _names(self, document: Item, outlet: str | None) -> None:
        self._put("external_id", document["uri"], "uri")
        if outlet is not None:
            self.article["outlet"] = outlet
        fields = {OUTLET: "outlet", EXTERNAL_ID: "external_id"}
        for index, entry in _reversed(document.get("altIds")):
            if entry.get("role") in fields and "value" in entry:
                self._put(fields[entry["role"]], entry["value"], "altIds", index, "value")

    def _times_and_status(self, document: Item) -> None:
        for name in ("versionCreated", "firstCreated", "contentCreated"):
            self._copy(document, name, "published_at")
        self._copy(document, "embargoedUntil", "embargoed_until")
        self._copy(document, "pubStatus", "status")
        self._copy(document, "version", "source_version", int)
        if document.get("language", "und").lower() != "und":
            self._copy(document, "language", "language", lambda tag: tag.split("-")[0].lower())

    def _texts(self, document: Item) -> None:
        self._copy(document, "by", "byline")
        self._copy(document, "edNote", "note")
        for name, field in (("headlines", "headline"), ("descriptions", "standfirst")):
            chosen = _chosen(document.get(name, ()))
            if chosen is not None:
                self._put(field, _plain(document[name][chosen]), name, chosen, "value")
        bodies = document.get("bodies", ())
        if not bodies:
            return
        chosen = _chosen(bodies)
        if chosen is None:
            self.refused.append((("bodies",), "must hold one in plain text or HTML; other forms cannot be kept"))
            return
        # A caption in HTML is no other form of the story: only what stands as high as the text is.
        marked = _chosen(bodies, _HTML, max(_standing(bodies[chosen]), 1))
        if marked is not None and bodies[marked]["value"]:
            self._put("body_html", bodies[marked]["value"], "bodies", marked, "value")
        else:
            self._put("body", bodies[chosen]["value"], "bodies", chosen, "value")

    def _concepts(self, document: Item) -> None:
        for name, field in (("subjects", "tags"), ("people", "people")):
            self._places[field,] = (name,)
            for index, entry in enumerate(document.get(name, ())):
                said, text = _name(entry)
                if entry.get("rel") != SECTION or name == "people":
                    if said:
                        self._append(field, text, name, index, said)
                elif "section" in self.article:
                    self.refused.append(((name, index, "rel"), "names a second section; an article has one"))
                elif said:
                    self._put("section", text, name, index, said)
        for role in (None, AGENCY):
            for index, entry in _reversed(document.get("infoSources")):
                said, text = _name(entry)
                if said and entry.get("role") == role:
                    self._put("credit", text, "infoSources", index, said)

    def _files(self, document: Item) -> None:
        for index, entry in _reversed(document.get("renditions")):
            if _media_type(entry) in _HTML and _on_the_web(entry):
                self._put("url", entry["href"], "renditions", index, "href")
        pictures = [
            (rank, index, rendition)
            for index, entry in enumerate(document.get("associations", ()))
            if (rank := _picture_rank(entry)) is not None and (rendition := _shown(entry)) is not None
        ]
        if not pictures:
            return
        _, index, rendition = min(pictures)
        entry = document["associations"][index]
        where = ("associations", index)
        image = {"url": entry["renditions"][rendition]["href"]}
        self._places["image", "url"] = (*where, "renditions", rendition, "href")
        if (chosen := _chosen(entry.get("descriptions", ()))) is not None:
            image["caption"] = _plain(entry["descriptions"][chosen])
            self._places["image", "caption"] = (*where, "descriptions", chosen, "value")
        if "by" in entry:
            image["credit"] = entry["by"]
            self._places["image", "credit"] = (*where, "by")
        self._put("image", image, *where)


def _reversed(entries: Sequence[Item] | None) -> list[tuple[int, Item]]:
    """Entries with their positions, the first one last: what is put last stays."""
    return list(enumerate(entries or ()))[::-1]


def _media_type(entry: Item) -> str:
    return entry.get("contentType", "").partition(";")[0].strip().lower()


def _standing(entry: Item) -> int:
    """0 for the main text, 1 for one without a role or with that of a form, 2 for any other."""
    role = entry.get("role", "").lower()
    return 0 if role == "main" else 1 if role in ("", *_FORMS) or "html" in role else 2


def _chosen(entries: Sequence[Item], types: Collection[str] = (*_PLAIN, *_HTML), lowest: int = 2) -> int | None:
    """The position of the text to take: by its standing, plain text before HTML, then the first."""
    known = [
        (standing, kind in _HTML, index)
        for index, entry in enumerate(entries)
        if (kind := _media_type(entry)) in types and (standing := _standing(entry)) <= lowest
    ]
    return min(known)[2] if known else None


def _plain(entry: Item) -> str:
    return to_text(entry["value"]) if _media_type(entry) in _HTML else entry["value"]


def _name(entry: Item) -> tuple[str | None, str]:
    """Which property names a concept, and how: our own code goes before the name, the name before others' codes."""
    literal = entry.get("literal", "")
    if literal.startswith(OURS):
        return "literal", literal.removeprefix(OURS)
    said = next((name for name in ("name", "literal") if name in entry), None)
    return said, entry[said] if said else ""


def _on_the_web(rendition: Item) -> bool:
    try:
        http_url(rendition.get("href", ""))
    except ValidationError:
        return False
    return True


def _picture_rank(association: Item) -> int | None:
    """0 for a picture, 1 for a graphic, 2 for what shows itself as one; None for what is neither."""
    kinds = {"picture": 0, "graphic": 1}
    if "type" in association:
        return kinds.get(association["type"])
    return 2 if any(_media_type(entry).startswith("image/") for entry in association.get("renditions", ())) else None


def _shown(association: Item) -> int | None:
    """The rendition to show: the widest up to WIDEST, else one of unknown width, else the narrowest."""
    fit = [
        (0, -width, index) if 0 < width <= WIDEST else (1, 0, index) if width <= 0 else (2, width, index)
        for index, entry in enumerate(association.get("renditions", ()))
        if _on_the_web(entry) and (not (kind := _media_type(entry)) or kind.startswith("image/"))
        for width in [entry.get("width", 0)]
    ]
    return min(fit)[2] if fit else None
