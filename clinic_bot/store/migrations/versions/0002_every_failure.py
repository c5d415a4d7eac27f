"""What failures need: switches of an instance, the story of a turn, tokens thrown away"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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


def downgrade() -> None:
    op.drop_column("turn", "thrown_tokens")
    op.drop_index("ix_turn_event_turn", table_name="turn_event")
    op.drop_table("turn_event")
    op.drop_table("switch")
