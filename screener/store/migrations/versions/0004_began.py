"""When the answers of an endpoint began to be unreadable."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("canaries", sa.Column("began", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE canaries SET unread = min(unread, 12), began = since WHERE unread > 0")


def downgrade() -> None:
    op.drop_column("canaries", "began")
