"""Facts about articles and entities that several packages share."""
