"""A digest of a URL by which two spellings of the same page are known to be the same. Pure."""

import re
import unicodedata
from contextlib import suppress
from hashlib import sha256
from urllib.parse import quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
# Other names of the same site. Mobile pages of Wikipedia are at en.m.wikipedia.org.
_SAME_HOSTS = {"www.wikidata.org": "wikidata.org", "m.wikidata.org": "wikidata.org", "www.viaf.org": "viaf.org"}
_WIKIPEDIA = re.compile(r"([a-z-]+)(?:\.m)?\.wikipedia\.org", re.ASCII)
# Q42 is a page, a concept and a record of data.
_WIKIDATA = re.compile(r"/(?:wiki|entity|wiki/Special:EntityData)/([QPL][0-9]+)(?:\.[a-z]+)?", re.ASCII | re.IGNORECASE)
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")
# Everything that a path or query may contain (RFC 3986), and the percent sign.
_ALLOWED = "-._~!$&'()*+,;=:@/?%"


def canonical_digest(url: str) -> str:
    """A digest that is the same for all spellings of an absolute http or https URL.

    These may differ in http and https, the case of the host, a default port, percent-encoding and a slash at the end;
    for Wikidata and Wikipedia also in the form of the path and in mobile pages.
    """
    canonical = url
    # A URL that a reader asks for need not be valid.
    with suppress(ValueError):
        canonical = _canonical(url)
    return sha256(canonical.encode(errors="surrogatepass")).hexdigest()[:32]


def _canonical(url: str) -> str:
    parts = urlsplit(unicodedata.normalize("NFC", url))
    host = ".".join(map(_decoded_label, (parts.hostname or "").rstrip(".").split(".")))
    host = _SAME_HOSTS.get(host, host)
    if host == "wikidata.org" and (found := _WIKIDATA.fullmatch(parts.path.rstrip("/"))):
        return f"wikidata.org/{found[1].upper()}"
    path, query, fragment = map(_encoded, (parts.path, parts.query, parts.fragment))
    if wikipedia := _WIKIPEDIA.fullmatch(host):
        host = f"{wikipedia[1]}.wikipedia.org"
        # Titles have underscores for spaces, and only these characters must stay encoded.
        path = quote(unquote(path).replace(" ", "_"), safe="/")
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    user = parts.netloc.rpartition("@")[0]
    return f"{user}@{host}{port}{path.rstrip('/')}?{query}#{fragment}"


def _decoded_label(label: str) -> str:
    """A label of a host in small letters, without the ASCII form of other scripts."""
    if label.startswith("xn--"):
        with suppress(UnicodeError):
            return label.removeprefix("xn--").encode().decode("punycode")
    return label.lower()


def _encoded(text: str) -> str:
    """A part of a URL with percent-encoding where it is needed, and only there."""
    return _ENCODED.sub(_needed, quote(text, safe=_ALLOWED))


def _needed(encoded: re.Match[str]) -> str:
    character = chr(int(encoded[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else encoded[0].upper()
