"""Alembic's entry: runs the revisions on the connection that ``migrate`` hands over."""

from alembic import context
from sqlmodel import SQLModel

from clinic_bot.store import tables

assert tables.Turn.__tablename__  # importing the tables fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
