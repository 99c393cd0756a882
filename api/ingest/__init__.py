"""Reading news into the archive."""
