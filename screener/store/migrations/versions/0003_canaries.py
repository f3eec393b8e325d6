"""What came of the answers of each endpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = ("understood", "empty", "unreadable", "barren", "unread", "since", "last")


def upgrade() -> None:
    op.create_table(
        "canaries",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("platform", "endpoint", name=op.f("pk_canaries")),
    )


def downgrade() -> None:
    op.drop_table("canaries")
