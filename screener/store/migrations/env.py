"""Alembic's entrance: runs the migrations on the connection that `screener.store.migrate` hands over."""

from alembic import context

from screener.store.devices import metadata
from screener.store.rule_changes import rule_changes  # noqa: F401 - so that the table is among them

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
