"""Evidence is kept as a chain for each alert, with what came along with an event besides words."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "details",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["relationship"], ["relationships.id"], name=op.f("fk_details_relationship_relationships")
        ),
        sa.PrimaryKeyConstraint("platform", "account", "id", name=op.f("pk_details")),
    )
    op.create_index("ix_details_relationship", "details", ["relationship"])
    op.create_index("ix_details_captured", "details", ["captured"])
    op.create_table(
        "chains",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["alerts.id"], name=op.f("fk_chains_case_alerts")),
        sa.ForeignKeyConstraint(
            ["relationship"], ["relationships.id"], name=op.f("fk_chains_relationship_relationships")
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_chains")),
        sa.UniqueConstraint("relationship", name=op.f("uq_chains_relationship")),
    )
    op.create_table(
        "links",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=10), nullable=True),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=True),
        sa.Column("event", sa.String(length=400), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("plain", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["chains.case"], name=op.f("fk_links_case_chains")),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_links")),
    )
    op.create_index("ix_links_event", "links", ["case", "event"])


def downgrade() -> None:
    for table in ("links", "chains", "details"):
        op.drop_table(table)
