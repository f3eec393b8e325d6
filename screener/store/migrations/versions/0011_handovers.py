"""Devices and accounts that were a child's and are no more."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("called", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=200), nullable=False),
        sa.Column("to", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_member", "handovers", ["member"])


def downgrade() -> None:
    op.drop_table("handovers")
