"""Which appointments a patient was reminded of, what they answered, and who wants to hear nothing unasked"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # It may be empty: a version that does not know it goes on beside this one.
    op.add_column("conversation", sa.Column("opted_out_ms", Big))
    op.create_table(
        "reminder",
        sa.Column("id", Big, primary_key=True),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("appointment_id", Big, nullable=False),
        sa.Column("start_ms", Big, nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("notice_id", Big),
        sa.Column("skipped", sa.Text()),
        sa.Column("created_ms", Big, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_ms", Big),
        sa.Column("answer_turn_id", Big),
        sa.UniqueConstraint("appointment_id", "start_ms", "hours", name="uq_reminder_once"),
    )
    op.create_index("ix_reminder_notice", "reminder", ["notice_id"])
    op.create_index("ix_reminder_conversation", "reminder", ["conversation_id"])
    op.create_index("ix_reminder_start", "reminder", ["start_ms"])
    op.create_index("ix_notice_conversation", "notice", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("ix_notice_conversation", table_name="notice")
    op.drop_table("reminder")
    op.drop_column("conversation", "opted_out_ms")
