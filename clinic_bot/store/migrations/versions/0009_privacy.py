"""Two patients of one name on one phone, told apart by their birth dates"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A version that knows no birth dates goes on beside this one: it finds patients by name before it adds one.
    op.add_column("proposal", sa.Column("born", sa.Text(), nullable=True))
    with op.batch_alter_table("patient") as patient:
        patient.drop_constraint("uq_patient_name", type_="unique")
    op.create_index(
        "uq_patient_born",
        "patient",
        ["conversation_id", "name_key", sa.text("coalesce(born, '')")],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index("uq_patient_born", "patient")
    with op.batch_alter_table("patient") as patient:
        patient.create_unique_constraint("uq_patient_name", ["conversation_id", "name_key"])
    op.drop_column("proposal", "born")
