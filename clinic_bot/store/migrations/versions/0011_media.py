"""What is heard and seen: how far it has come with a message's voice note or picture

Expand only: version N-1 runs on this schema beside N, and what it stores is not fetched.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNREAD = sa.text("media_state = 'pending' OR media_state = 'working'")


def upgrade() -> None:
    op.add_column("message", sa.Column("media_state", sa.Text()))
    op.add_column("message", sa.Column("media_owner", sa.Text()))
    op.add_column("message", sa.Column("media_until_ms", Big))
    op.add_column("message", sa.Column("media_tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_message_media", "message", ["media_until_ms"], sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )


def downgrade() -> None:
    op.drop_index("ix_message_media", table_name="message")
    for name in ("media_tries", "media_until_ms", "media_owner", "media_state"):
        op.drop_column("message", name)
