"""Alerts can be listed and searched without being read whole, put off, and what was done with them taken back."""

import json

import sqlalchemy as sa
from alembic import op

from screener.family import Member
from screener.relationships import Relationship
from screener.rules import Signal
from screener.store.cases import listed

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LISTED = ["state", "height", "updated", "opened", "member", "adult", "pressed", "later", "platform", "sought", "id"]
KIND = ["member", "adult", "platform", "height", "pressed", "state", "later", "opened"]
ADDED = (
    ("member", sa.String(length=200), ""),
    ("adult", sa.Boolean(), sa.false()),
    ("platform", sa.String(length=40), ""),
    ("pressed", sa.Boolean(), sa.false()),
    ("sought", sa.Text(), ""),
    ("later", sa.BigInteger(), None),
    ("card", sa.Text(), "{}"),
)


def upgrade() -> None:
    # Rows that are there take the filler until they are looked at below.
    for name, kind, filler in ADDED:
        op.add_column("alerts", sa.Column(name, kind, nullable=filler is None, server_default=filler))
    _fill(op.get_bind())
    op.drop_index("ix_alerts_state", "alerts")
    op.create_index("ix_alerts_state", "alerts", LISTED)
    op.create_index("ix_alerts_kind", "alerts", KIND)
    op.create_index("ix_alerts_later", "alerts", ["later"])
    op.add_column("acts", sa.Column("deed", sa.String(length=32)))
    op.create_index("ix_acts_alert", "acts", ["alert", "at"])
    op.create_table(
        "deeds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("did", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index("ix_deeds_by", "deeds", ["by", "at"])
    op.create_table(
        "filters",
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_filters_user_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "name", name=op.f("pk_filters")),
    )


def _fill(connection: sa.Connection) -> None:
    alerts = sa.table("alerts", *(sa.column(name) for name in ("id", "relationship", "body")),
                      *(sa.column(name) for name, _, _ in ADDED))  # fmt: skip
    whose = sa.table("relationships", *(sa.column(name) for name in
                     ("id", "member", "member_name", "member_is_adult", "state")))  # fmt: skip
    query = sa.select(alerts.c.id, alerts.c.body, whose).join(whose, whose.c.id == alerts.c.relationship)
    for id, body, _, member, name, adult, state in connection.execute(query).all():
        owner = Member(id=member, name=name, role="adult" if adult else "child")
        kept = json.loads(body)
        signals = tuple(Signal.from_json(signal) for signal in kept["signals"])
        values = listed(Relationship.from_json(json.loads(state), member=owner), tuple(kept["stages"]), signals)
        connection.execute(sa.update(alerts).where(alerts.c.id == id).values(**values))


def downgrade() -> None:
    op.drop_table("filters")
    op.drop_table("deeds")
    op.drop_index("ix_acts_alert", "acts")
    op.drop_column("acts", "deed")
    for index in ("ix_alerts_later", "ix_alerts_kind", "ix_alerts_state"):
        op.drop_index(index, "alerts")
    op.create_index("ix_alerts_state", "alerts", ["state", "height", "updated"])
    for name, _, _ in ADDED:
        op.drop_column("alerts", name)
