"""Members, devices and accounts that the dashboard was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("born", sa.String(length=10), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_table(
        "devices",
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("mac", sa.String(length=20), server_default="", nullable=False),
        sa.Column("heard", sa.String(length=60), server_default="", nullable=False),
        sa.Column("name", sa.String(length=60), server_default="", nullable=False),
        sa.Column("member", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="new", nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_devices")),
    )
    op.create_table(
        "accounts",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("called", sa.String(length=80), server_default="", nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("member", sa.String(length=200), nullable=True),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "account", name=op.f("pk_accounts")),
    )
