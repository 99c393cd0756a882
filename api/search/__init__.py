"""The query language, full-text expressions and ranking, without a database."""
