"""What alembic runs: the pending steps, on the connection that ``api.postgres.alembic_steps`` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
