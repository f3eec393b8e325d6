"""The tables of those who look: users, what they did and said, and how they hear of alerts; see tables.py."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from screener.store.tables import metadata as metadata

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("role", String(10), nullable=False, server_default="owner"),
    # The member of the family who this is, where it is one.
    Column("member", String(200)),
    Column("language", String(10), nullable=False, server_default=""),
    # The secret of one-time codes, sealed; none where they are not used. A code's step is good once.
    Column("codes", LargeBinary),
    Column("codes_step", BigInteger, nullable=False, server_default="0"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    # What the browser calls itself, and where it sat.
    Column("agent", String(120), nullable=False),
    Column("peer", String(60), nullable=False),
    Index("ix_sessions_user", "user"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(400), primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Index("ix_passkeys_user", "user"),
)

# Codes for whoever lost the phone: kept as marks that nothing can be read from, and gone once used.
recoveries = Table(
    "recoveries",
    metadata,
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("mark", String(64), nullable=False),
    PrimaryKeyConstraint("user", "mark"),
)

# Log-ins that somebody may make for themselves: the code is kept as a mark, and the row goes when it is used.
invitations = Table(
    "invitations",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    Column("member", String(200)),
    Column("by", ForeignKey("users.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("key", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_failures_key", "key", "at"),
)

acts = Table(
    "acts",
    metadata,
    Column("alert", ForeignKey("alerts.id"), nullable=False),
    Column("by", String(80), nullable=False),
    Column("did", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    # The deed it was part of, where it can be taken back.
    Column("deed", String(32)),
    Index("ix_acts_alert", "alert", "at"),
)

# What somebody did with one alert or several, and how those were before, so that it can be taken back.
deeds = Table(
    "deeds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(80), nullable=False),
    Column("did", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("was", Text, nullable=False),
    Column("undone", BigInteger),
    Index("ix_deeds_by", "by", "at"),
)

# Searches that a user gave a name to, as the query of their address.
filters = Table(
    "filters",
    metadata,
    Column("user", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", String(1000), nullable=False),
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "name"),
)

# What a parent answered to an alert; `undone` is when it was taken back.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("relationship", ForeignKey("relationships.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("rule", String(120), nullable=False),
    Column("until", BigInteger),
    Column("by", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undone", BigInteger),
    Index("ix_feedback_relationship", "relationship"),
)

# Who opened what was written, and when: the watched member sees this.
openings = Table(
    "openings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert", ForeignKey("alerts.id"), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_openings_alert", "alert"),
)

# What the watched member says to an alert about them.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert", ForeignKey("alerts.id"), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("said", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_answers_alert", "alert"),
)

# A member who pressed "I need help", and whom they chose to tell.
cries = Table(
    "cries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("member", String(200), nullable=False),
    Column("to", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("heard", BigInteger),
    Index("ix_cries_to", "to", "heard"),
)

# Where a user hears of alerts; the address is sealed, as it may hold a password.
channels = Table(
    "channels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("from_level", String(10), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sent", BigInteger),
    Column("failed", BigInteger),
    Column("failure", String(200), nullable=False, server_default=""),
    Column("answered", BigInteger),
    Index("ix_channels_user", "user"),
)

# When a user wants to hear of what; minutes count from midnight in the home's time.
wishes = Table(
    "wishes",
    metadata,
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("quiet_from", Integer),
    Column("quiet_to", Integer),
    Column("paused_until", BigInteger),
    Column("digest_at", Integer),
    Column("remind_minutes", Integer, nullable=False, server_default="30"),
    Column("escalate_minutes", Integer, nullable=False, server_default="60"),
)

# What is to be said to whom. `key` says what it is about: nothing is said twice.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("channel", ForeignKey("channels.id", ondelete="CASCADE"), nullable=False),
    Column("alert", String(32)),
    Column("level", String(10)),
    Column("what", String(20), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("done", BigInteger),
    Index("ix_notices_state", "state", "due"),
    Index("ix_notices_alert", "alert"),
)
