"""What the reception has to know of a turn, and whether it was told that the patient still waits"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FOR_RECEPTION = sa.text("for_reception IS NOT NULL")


def upgrade() -> None:
    op.add_column("turn", sa.Column("for_reception", sa.Text()))
    op.add_column("turn", sa.Column("waits_told_ms", Big))
    op.create_index(
        "ix_turn_for_reception",
        "turn",
        ["intent_ms"],
        sqlite_where=_FOR_RECEPTION,
        postgresql_where=_FOR_RECEPTION,
    )


def downgrade() -> None:
    op.drop_index("ix_turn_for_reception", "turn")
    op.drop_column("turn", "waits_told_ms")
    op.drop_column("turn", "for_reception")
