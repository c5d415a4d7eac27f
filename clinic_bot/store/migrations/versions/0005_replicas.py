"""Several replicas: what only one of them does, and a vacuum that keeps their looks cheap

Expand only: version N-1 runs on this schema beside N.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Every claim, renewal and close leaves a dead entry at the low end of the index of ``wake_at_ms``, where every look
#: begins. By PostgreSQL's own measure a fifth of a million conversations may be dead before anybody sweeps.
_STORAGE = {
    "conversation": "fillfactor = 85, autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 5000",
    "turn": "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000",
    "inbox": "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000",
}


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until_ms", Big, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, parameters in _STORAGE.items():
            op.execute(f"ALTER TABLE {table} SET ({parameters})")


def downgrade() -> None:
    op.drop_table("duty")
    if op.get_bind().dialect.name == "postgresql":
        for table, parameters in _STORAGE.items():
            names = ", ".join(parameter.split(" = ")[0] for parameter in parameters.split(", "))
            op.execute(f"ALTER TABLE {table} RESET ({names})")
