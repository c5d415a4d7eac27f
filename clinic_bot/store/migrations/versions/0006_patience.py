"""What is known of a patient's writing, and how long a window waits by it and why"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: All may be empty, or are so by default: a version that does not know them goes on beside this one.
_ADDED = (
    ("conversation", "talk", sa.Text()),
    ("conversation", "heard_seq", Big),
    ("conversation", "signal_ms", Big),
    ("conversation", "patience_ms", Big),
    ("conversation", "patience_why", sa.Text()),
    ("turn", "patience_ms", Big),
    ("turn", "patience_why", sa.Text()),
)


def upgrade() -> None:
    for table, name, kind in _ADDED:
        counts = name == "heard_seq"
        column = sa.Column(name, kind, nullable=not counts, server_default="0" if counts else None)
        op.add_column(table, column)


def downgrade() -> None:
    for table, name, _ in reversed(_ADDED):
        op.drop_column(table, name)
