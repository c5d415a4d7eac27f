"""Alembic's entry: runs the revisions on the connection that ``migrate`` hands over."""

from alembic import context
from sqlmodel import SQLModel

from clinic_bot.store import clinic_tables, tables

# Importing the tables fills the metadata.
assert tables.Turn.__tablename__
assert clinic_tables.Patient.__tablename__

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
