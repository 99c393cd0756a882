"""The Postgres that Dateline starts itself when DATABASE_URL is not set."""
