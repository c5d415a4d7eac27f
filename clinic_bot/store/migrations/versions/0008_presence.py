"""When patients began to type, kept with the turn that their messages became"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: May be empty: a version that does not know them goes on beside this one.
_ADDED = ("conversation", "turn")


def upgrade() -> None:
    for table in _ADDED:
        op.add_column(table, sa.Column("typed", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in _ADDED:
        op.drop_column(table, "typed")
