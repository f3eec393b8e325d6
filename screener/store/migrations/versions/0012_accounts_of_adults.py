"""On which adult's own device an account was met."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("adult", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "adult")
