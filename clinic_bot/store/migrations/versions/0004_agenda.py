"""The agenda: patients, appointments, proposals, and the cells that only one of them can have"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _create_partial_index(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "patient",
        sa.Column("id", Big, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("born", sa.Text(), nullable=True),
        sa.Column("created_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "name_key", name="uq_patient_name"),
    )
    op.create_table(
        "appointment",
        sa.Column("id", Big, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patient_id", Big, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("professional", sa.Text(), nullable=False),
        sa.Column("start_ms", Big, nullable=False),
        sa.Column("end_ms", Big, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("turn_id", Big, nullable=True),
        sa.Column("created_ms", Big, nullable=False),
        sa.Column("changed_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "number", name="uq_appointment_number"),
    )
    _create_partial_index(
        "uq_appointment_effect",
        "appointment",
        ["patient_id", "service", "start_ms"],
        "status <> 'cancelled'",
        unique=True,
    )
    op.create_index("ix_appointment_start", "appointment", ["start_ms"])
    op.create_table(
        "proposal",
        sa.Column("id", Big, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("patient_key", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("professional", sa.Text(), nullable=False),
        sa.Column("start_ms", Big, nullable=False),
        sa.Column("end_ms", Big, nullable=False),
        sa.Column("appointment_id", Big, nullable=True),
        sa.Column("turn_id", Big, nullable=False),
        sa.Column("created_ms", Big, nullable=False),
        sa.Column("held_until_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "number", name="uq_proposal_number"),
    )
    _create_partial_index("ix_proposal_open", "proposal", ["conversation_id"], "state = 'open'")
    op.create_table(
        "agenda_cell",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("professional", sa.Text(), nullable=False),
        sa.Column("cell", Big, nullable=False, autoincrement=False),
        sa.Column("appointment_id", Big, nullable=True),
        sa.Column("proposal_id", Big, nullable=True),
        sa.Column("held_until_ms", Big, nullable=True),
        sa.PrimaryKeyConstraint("instance", "professional", "cell"),
    )
    op.create_index("ix_agenda_cell_appointment", "agenda_cell", ["appointment_id"])
    op.create_index("ix_agenda_cell_proposal", "agenda_cell", ["proposal_id"])
    op.create_table(
        "block",
        sa.Column("id", Big, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("professional", sa.Text(), nullable=True),
        sa.Column("start_ms", Big, nullable=False),
        sa.Column("end_ms", Big, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_block_end", "block", ["instance", "end_ms"])


def downgrade() -> None:
    op.drop_table("block")
    op.drop_table("agenda_cell")
    op.drop_table("proposal")
    op.drop_table("appointment")
    op.drop_table("patient")
