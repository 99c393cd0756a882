"""The text at the top of the OpenAPI document and of Swagger UI."""

# Links to this server begin with a slash; ``Api.as_dict`` makes them absolute.
DESCRIPTION = """A news archive queried by hashtag: the articles of many outlets, with their tags and people.

**Start here**

1. Get the articles of a hashtag: [/v1/tags/seoul-washington/articles](/v1/tags/seoul-washington/articles).
2. Filter, search and page: [Reading](/guides/reading) and [the query language](/guides/search).
3. Publish with an API key: [For partner newsrooms](/guides/partners). Enter the key under **Authorize**.
4. Keep a copy in sync: follow [/v1/changes](/v1/changes), as [this section](/guides/partners#staying-in-sync) shows.
5. Generate a typed client: [Clients](/guides/clients). All guides are at [/guides](/guides).

**Lists** have `data`, `page` and `meta`. Send `page.next` as `cursor` to get the next page. Times are RFC 3339 in UTC.

**Errors** are problems (RFC 9457) with a `code`; [/problems](/problems) explains every code. Unknown, repeated and
malformed input is refused, and `errors` names each one.

**Headers** of every response: `X-Request-Id` also appears in the server's log, `Server-Timing` has the milliseconds
that each step took, and `Cache-Control` says who may cache the response.

**Rate limits** apply per minute to each API key, or to the IP address of requests without one. `RateLimit` has what is
left. A request costs 1, and more with `q` (1), `facets` or `explain` (2), `count=exact` (4), for a timeline (5) or a
batch (10)."""
