"""Headers that restrict what browsers do with a response."""

from api.context import request, settings

# Responses are data: pages of any origin may read them, and none may be shown in a frame. Swagger UI and the guides
# are pages. Their styles are files, or set by Swagger UI's script, so they need no 'unsafe-inline'.
_POLICY = "default-src 'none'; frame-ancestors 'none'"
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def headers() -> dict[str, str]:
    """The security headers of the response to this request."""
    of_docs = f"{request().path}/".startswith(("/docs/", "/guides/"))
    fields = {
        "Content-Security-Policy": _DOCS_POLICY if of_docs else _POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if settings().public_url.lower().startswith("https:"):
        fields["Strict-Transport-Security"] = "max-age=31536000"
    return fields
