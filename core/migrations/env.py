"""Runs the migrations on the connection that `core.database` hands over."""

from alembic import context

from core.database import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
