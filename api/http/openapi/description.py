"""The text at the top of the OpenAPI document and of Swagger UI."""

DESCRIPTION = """A news archive queried by hashtag: articles of many outlets with their tags and people.

Lists answer `data`, `page` and `meta`; go on with `page.next` as `cursor`. Times are RFC 3339 in UTC.
Whatever is unknown, repeated or malformed is refused with a problem (RFC 9457) that names it.

Every answer has an `X-Request-Id`, by which the log of the server knows the request; `Server-Timing` says in
milliseconds where its time went, and `Cache-Control` who may keep it.

`RateLimit` says what is left of this minute for an address or a key. A request counts 1, and more for what costs more:
`q` 1, `facets` and `explain` 2, `count=exact` 4, a timeline 5, a batch 10."""
