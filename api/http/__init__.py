"""How every request is treated: parsing, authentication, limits, caching, and the shape of responses."""
