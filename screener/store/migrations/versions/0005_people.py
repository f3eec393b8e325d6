"""People with roles, what they answered, what was written, and how they hear of alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("role", sa.String(length=10), nullable=False, server_default="owner"),
        sa.Column("member", sa.String(length=200)),
        sa.Column("language", sa.String(length=10), nullable=False, server_default=""),
        sa.Column("codes", sa.LargeBinary()),
        sa.Column("codes_step", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("users", column)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.Column("peer", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_sessions_user_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_passkeys_user_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )
    op.create_index("ix_passkeys_user", "passkeys", ["user"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["relationship"], ["relationships.id"], name=op.f("fk_feedback_relationship_relationships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_relationship", "feedback", ["relationship"])
    op.create_table(
        "texts",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["relationship"], ["relationships.id"], name=op.f("fk_texts_relationship_relationships")
        ),
        sa.PrimaryKeyConstraint("platform", "account", "id", name=op.f("pk_texts")),
    )
    op.create_index("ix_texts_captured", "texts", ["captured"])
    op.create_index("ix_texts_relationship", "texts", ["relationship", "at"])
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_openings_alert_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index("ix_openings_alert", "openings", ["alert"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_answers_alert_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_alert", "answers", ["alert"])
    op.create_table(
        "cries",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("member", sa.String(length=200), nullable=False),
        sa.Column("to", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cries")),
    )
    op.create_index("ix_cries_to", "cries", ["to", "heard"])
    op.create_table(
        "channels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("from_level", sa.String(length=10), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_channels_user_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index("ix_channels_user", "channels", ["user"])
    op.create_table(
        "wishes",
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("digest_at", sa.Integer(), nullable=True),
        sa.Column("remind_minutes", sa.Integer(), nullable=False, server_default="30"),
        sa.Column("escalate_minutes", sa.Integer(), nullable=False, server_default="60"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_wishes_user_users")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_wishes")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"], ["channels.id"], name=op.f("fk_notices_channel_channels"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index("ix_notices_alert", "notices", ["alert"])
    op.create_index("ix_notices_state", "notices", ["state", "due"])


def downgrade() -> None:
    for table in (
        "notices",
        "wishes",
        "channels",
        "cries",
        "answers",
        "openings",
        "texts",
        "feedback",
        "passkeys",
        "sessions",
    ):
        op.drop_table(table)
    for column in ("codes_step", "codes", "language", "member", "role"):
        op.drop_column("users", column)
