"""The records of the main job"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", Big, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_key", sa.Text(), nullable=True),
        sa.Column("lid", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("alias_of", Big, nullable=True),
        sa.Column("merge_into", Big, nullable=True),
        sa.Column(
            "next_seq",
            Big,
            server_default="1",
            nullable=False,
        ),
        sa.Column(
            "done_seq",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "revision",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column("first_pending_ms", Big, nullable=True),
        sa.Column("last_ms", Big, nullable=True),
        sa.Column(
            "hold_until_ms",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "emergency_seq",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column("wake_at_ms", Big, nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", Big, server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("superseded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_hi", Big, nullable=True),
        sa.Column(
            "human_until_ms",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "alerted_seq",
            Big,
            server_default="0",
            nullable=False,
        ),
        sa.Column("park_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("instance", "lid", name="uq_conversation_lid"),
        sa.UniqueConstraint("instance", "phone_key", name="uq_conversation_phone"),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_merge",
            ["merge_into"],
            unique=False,
            sqlite_where=sa.text("merge_into IS NOT NULL"),
            postgresql_where=sa.text("merge_into IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_conversation_alias",
            ["alias_of"],
            unique=False,
            sqlite_where=sa.text("alias_of IS NOT NULL"),
            postgresql_where=sa.text("alias_of IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_conversation_wake",
            ["wake_at_ms"],
            unique=False,
            sqlite_where=sa.text("wake_at_ms IS NOT NULL"),
            postgresql_where=sa.text("wake_at_ms IS NOT NULL"),
        )

    op.create_table(
        "early_change",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("received_ms", Big, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("instance", "target_id"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", Big, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("received_ms", Big, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "message",
        sa.Column(
            "conversation_id",
            Big,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("seq", Big, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("quoted_id", sa.Text(), nullable=True),
        sa.Column("sent_ms", Big, nullable=True),
        sa.Column("received_ms", Big, nullable=False),
        sa.Column("edited_ms", Big, nullable=True),
        sa.Column("deleted_ms", Big, nullable=True),
        sa.Column("handled_ms", Big, nullable=True),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "seq"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_clinic",
            ["received_ms"],
            unique=False,
            sqlite_where=sa.text("author = 'clinic'"),
            postgresql_where=sa.text("author = 'clinic'"),
        )
        batch_op.create_index("ix_message_provider", ["provider_id"], unique=False)

    op.create_table(
        "step",
        sa.Column(
            "turn_id",
            Big,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "n"),
    )
    op.create_table(
        "turn",
        sa.Column("id", Big, nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("low", Big, nullable=False),
        sa.Column("high", Big, nullable=False),
        sa.Column("epoch", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("hand_over", sa.Text(), nullable=True),
        sa.Column("emergency", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("zaap_id", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("due_ms", Big, nullable=False),
        sa.Column("claimed_ms", Big, nullable=False),
        sa.Column("intent_ms", Big, nullable=True),
        sa.Column("outcome_ms", Big, nullable=True),
        sa.Column("settled_ms", Big, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index("ix_turn_conversation", ["conversation_id", "id"], unique=False)
        batch_op.create_index("ix_turn_message", ["message_id"], unique=False)
        batch_op.create_index(
            "ix_turn_uncertain",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('sending', 'unknown', 'held')"),
            postgresql_where=sa.text("state IN ('sending', 'unknown', 'held')"),
        )
        batch_op.create_index("ix_turn_zaap", ["zaap_id"], unique=False)
        batch_op.create_index(
            "uq_turn_open",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'thinking' OR state = 'sending'"),
            postgresql_where=sa.text("state = 'thinking' OR state = 'sending'"),
        )

    op.create_table(
        "unreadable",
        sa.Column("id", Big, nullable=False),
        sa.Column("received_ms", Big, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("unreadable")
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_turn_open",
            sqlite_where=sa.text("state = 'thinking' OR state = 'sending'"),
            postgresql_where=sa.text("state = 'thinking' OR state = 'sending'"),
        )
        batch_op.drop_index("ix_turn_zaap")
        batch_op.drop_index(
            "ix_turn_uncertain",
            sqlite_where=sa.text("state IN ('sending', 'unknown', 'held')"),
            postgresql_where=sa.text("state IN ('sending', 'unknown', 'held')"),
        )
        batch_op.drop_index("ix_turn_message")
        batch_op.drop_index("ix_turn_conversation")

    op.drop_table("turn")
    op.drop_table("step")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_provider")
        batch_op.drop_index(
            "ix_message_clinic",
            sqlite_where=sa.text("author = 'clinic'"),
            postgresql_where=sa.text("author = 'clinic'"),
        )

    op.drop_table("message")
    op.drop_table("inbox")
    op.drop_table("early_change")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_conversation_wake",
            sqlite_where=sa.text("wake_at_ms IS NOT NULL"),
            postgresql_where=sa.text("wake_at_ms IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_conversation_merge",
            sqlite_where=sa.text("merge_into IS NOT NULL"),
            postgresql_where=sa.text("merge_into IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_conversation_alias",
            sqlite_where=sa.text("alias_of IS NOT NULL"),
            postgresql_where=sa.text("alias_of IS NOT NULL"),
        )

    op.drop_table("conversation")
