"""Alembic's entrance: runs the migrations on the connection that `screener.store.migrate` hands over."""

from alembic import context

from screener.store.devices import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
