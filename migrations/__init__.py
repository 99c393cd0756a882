"""Alembic migrations of the archive; every step is plain SQL that psql could run."""
