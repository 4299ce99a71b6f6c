"""Alembic's entry: runs the migrations on the connection and in the transaction of `migrate.py`."""

from alembic import context

from shared.schema.migrate import context_options

context.configure(connection=context.config.attributes["connection"], **context_options())
with context.begin_transaction():
    context.run_migrations()
