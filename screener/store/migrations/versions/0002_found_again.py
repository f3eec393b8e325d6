"""What a contact is found again by, and whose an event is."""

import json

import sqlalchemy as sa
from alembic import op

from screener.family import Member
from screener.relationships import Relationship
from screener.store.around import marks

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOUND_BY = (
    ("called", sa.String(length=200), ""),
    ("name_key", sa.String(length=60), None),
    ("given_key", sa.String(length=60), None),
    ("handle_key", sa.String(length=60), None),
    ("avatar_key", sa.String(length=60), None),
    ("known", sa.Boolean(), sa.false()),
    ("friend", sa.Boolean(), sa.false()),
    ("last", sa.BigInteger(), "0"),
    ("approached", sa.BigInteger(), None),
    ("joined", sa.BigInteger(), None),
)
INDEXES = {
    "ix_relationships_called": ["called"],
    "ix_relationships_name_key": ["name_key"],
    "ix_relationships_given_key": ["member", "given_key"],
    "ix_relationships_handle_key": ["handle_key"],
    "ix_relationships_avatar_key": ["avatar_key"],
    "ix_relationships_approached": ["approached"],
}


def upgrade() -> None:
    # Rows that are there take the filler until they are looked at below; made anew, the table would lose its events.
    for name, kind, filler in FOUND_BY:
        column = sa.Column(name, kind, nullable=filler is None, server_default=filler)
        op.add_column("relationships", column)
    op.add_column("events", sa.Column("member", sa.String(length=200), nullable=False, server_default=""))
    _fill(op.get_bind())
    for index, columns in INDEXES.items():
        op.create_index(index, "relationships", columns)
    op.create_index("ix_events_member", "events", ["member", "kind", "by", "at", "relationship"])
    op.create_table(
        "handles",
        sa.Column("handle", sa.String(length=80), nullable=False),
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["relationship"], ["relationships.id"], name=op.f("fk_handles_relationship_relationships")
        ),
        sa.PrimaryKeyConstraint("handle", "relationship", name=op.f("pk_handles")),
    )
    op.create_index("ix_handles_relationship", "handles", ["relationship"])


def _fill(connection: sa.Connection) -> None:
    table = sa.table("relationships", *(sa.column(name) for name in ("id", "member", "member_name", "state")),
                     *(sa.column(name) for name, _, _ in FOUND_BY))  # fmt: skip
    for row in connection.execute(sa.select(table.c.id, table.c.member, table.c.member_name, table.c.state)).all():
        kept = json.loads(row.state)
        # What was refused is now kept with its time; which it was then, nobody wrote down.
        if isinstance(kept["state"].get("refused"), list):
            del kept["state"]["refused"]
        relationship = Relationship.from_json(kept, member=Member(id=row.member, name=row.member_name))
        values = {"state": json.dumps(relationship.to_json(), ensure_ascii=True), **marks(relationship)}
        connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))
    connection.execute(
        sa.text("UPDATE events SET member = (SELECT member FROM relationships WHERE id = events.relationship)")
    )


def downgrade() -> None:
    op.drop_table("handles")
    op.drop_index("ix_events_member", "events")
    op.drop_column("events", "member")
    for index in INDEXES:
        op.drop_index(index, "relationships")
    for name, _, _ in FOUND_BY:
        op.drop_column("relationships", name)
