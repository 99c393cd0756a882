"""Tags, people and outlets as JSON-LD in the vocabulary of schema.org. Pure."""

from collections.abc import Mapping
from typing import Any

MEDIA_TYPE = "application/ld+json"

_TYPES: Mapping[str, str] = {
    "people": "Person",
    "outlets": "NewsMediaOrganization",
    "topic": "Thing",
    "organisation": "Organization",
    "place": "Place",
    "event": "Event",
    "product": "Product",
    "work": "CreativeWork",
}


def write_entity(many: str, entity: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Convert an entity, as in the response of ``GET /v1/{many}/{slug}``, which is at ``url``."""
    document = {
        "@context": "https://schema.org",
        "@id": url,
        "@type": _TYPES[entity.get("kind", many)],
        "name": entity["name"].removeprefix("#") if many == "tags" else entity["name"],
        "alternateName": entity.get("aliases"),
        "description": entity["description"],
        "url": entity.get("url") or url,
        "sameAs": entity["same_as"],
        "geo": _coordinates(entity),
    }
    return {name: value for name, value in document.items() if value}


def _coordinates(entity: Mapping[str, Any]) -> dict[str, Any] | None:
    if entity.get("lat") is None:
        return None
    return {"@type": "GeoCoordinates", "latitude": entity["lat"], "longitude": entity["lon"]}
