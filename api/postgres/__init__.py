"""Connections, transactions, migrations, and the embedded Postgres."""
