"""One-time codes: for whoever lost the phone, and for whoever is to make a log-in of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recoveries",
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_recoveries_user_users")),
        sa.PrimaryKeyConstraint("user", "mark", name=op.f("pk_recoveries")),
    )
    op.create_table(
        "invitations",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("member", sa.String(length=200), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_invitations_by_users")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_invitations")),
        sa.UniqueConstraint("name", name=op.f("uq_invitations_name")),
    )


def downgrade() -> None:
    for table in ("invitations", "recoveries"):
        op.drop_table(table)
