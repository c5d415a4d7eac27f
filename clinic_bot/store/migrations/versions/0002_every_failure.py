"""What failures need: switches of an instance, the story of a turn, tokens thrown away"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_UNWATCHED = "wake_at_ms IS NULL AND alias_of IS NULL AND next_seq > done_seq + 1"


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "switch",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since_ms", Big, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance", "name"),
    )
    op.create_table(
        "turn_event",
        sa.Column("id", Big, nullable=False),
        sa.Column("turn_id", Big, nullable=False),
        sa.Column("at_ms", Big, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("took_ms", Big, nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_turn_event_turn", "turn_event", ["turn_id", "id"])
    op.add_column("turn", sa.Column("thrown_tokens", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "notice",
        sa.Column("id", Big, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_ms", Big, nullable=False),
        sa.Column("due_ms", Big, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("conversation_id", Big, nullable=True),
        sa.Column("intent_ms", Big, nullable=True),
        sa.Column("outcome_ms", Big, nullable=True),
        sa.Column("zaap_id", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_state", "notice", ["state", "due_ms"])
    op.create_index("ix_notice_message", "notice", ["message_id"])
    _create_partial_index("ix_conversation_unwatched", "conversation", ["id"], _UNWATCHED)
    _create_partial_index("ix_turn_dead", "turn", ["id"], "state = 'dead'")
    op.create_table(
        "mark",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("instance", "name"),
    )
    _create_partial_index("ix_turn_undelivered", "turn", ["id"], "state = 'undelivered'")


def downgrade() -> None:
    op.drop_index("ix_turn_undelivered", table_name="turn")
    op.drop_table("mark")
    op.drop_index("ix_turn_dead", table_name="turn")
    op.drop_index("ix_conversation_unwatched", table_name="conversation")
    op.drop_table("notice")
    op.drop_column("turn", "thrown_tokens")
    op.drop_index("ix_turn_event_turn", table_name="turn_event")
    op.drop_table("turn_event")
    op.drop_table("switch")
