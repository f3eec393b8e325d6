"""The tables, as SQLAlchemy Core sees them; migrations/ makes and changes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

# Times are whole microseconds since 1970 in UTC: they sort, they compare, and every database keeps them exactly.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

relationships = Table(
    "relationships",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("member", String(200), nullable=False),
    Column("member_name", String(200), nullable=False),
    Column("member_is_adult", Boolean, nullable=False),
    Column("platform", String(40), nullable=False),
    Column("contact", String(200), nullable=False),
    Column("state", Text, nullable=False),
    Column("signals", Text, nullable=False),
    Column("updated", BigInteger, nullable=False),
    # What a contact is found again by, so that a look-up need not read every state.
    Column("called", String(200), nullable=False),
    Column("name_key", String(60)),
    Column("given_key", String(60)),
    Column("handle_key", String(60)),
    Column("avatar_key", String(60)),
    Column("known", Boolean, nullable=False),
    Column("friend", Boolean, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("approached", BigInteger),
    Column("joined", BigInteger),
    UniqueConstraint("member", "platform", "contact"),
    Index("ix_relationships_called", "called"),
    Index("ix_relationships_name_key", "name_key"),
    Index("ix_relationships_given_key", "member", "given_key"),
    Index("ix_relationships_handle_key", "handle_key"),
    Index("ix_relationships_avatar_key", "avatar_key"),
    Index("ix_relationships_approached", "approached"),
)

# Handles and ids that a contact wrote to a member: where else they may be met.
handles = Table(
    "handles",
    metadata,
    Column("handle", String(80), nullable=False),
    Column("relationship", ForeignKey("relationships.id"), nullable=False),
    PrimaryKeyConstraint("handle", "relationship"),
    Index("ix_handles_relationship", "relationship"),
)

# No text of any message lies here: an event is that it happened, when, and with whom. For texts see below.
events = Table(
    "events",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("account", String(200), nullable=False),
    Column("id", String(400), nullable=False),
    Column("relationship", ForeignKey("relationships.id"), nullable=False),
    Column("member", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    PrimaryKeyConstraint("platform", "account", "id"),
    Index("ix_events_relationship", "relationship", "at"),
    Index("ix_events_member", "member", "kind", "by", "at", "relationship"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("relationship", ForeignKey("relationships.id"), nullable=False, unique=True),
    Column("level", String(10), nullable=False),
    Column("height", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    # What a list filters and searches by lies in the indexes, what it shows in `card`: so no body is read for a list.
    Column("member", String(200), nullable=False, server_default=""),
    Column("adult", Boolean, nullable=False, server_default=false()),
    Column("platform", String(40), nullable=False, server_default=""),
    Column("pressed", Boolean, nullable=False, server_default=false()),
    Column("sought", Text, nullable=False, server_default=""),
    # Until when a parent put it off.
    Column("later", BigInteger),
    Column("card", Text, nullable=False, server_default="{}"),
    Index("ix_alerts_kind", "member", "adult", "platform", "height", "pressed", "state", "later", "opened"),
    Index("ix_alerts_later", "later"),
    Index(
        "ix_alerts_state",
        *("state", "height", "updated", "opened", "member", "adult", "pressed", "later", "platform", "sought", "id"),
    ),
)

memories = Table(
    "memories",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("device", String(100), nullable=False),
    Column("key", String(400), nullable=False),
    Column("value", Text, nullable=False),
    Column("turn", BigInteger, nullable=False),
    PrimaryKeyConstraint("platform", "device", "key"),
)

readings = Table(
    "readings",
    metadata,
    Column("device", String(100), nullable=False),
    Column("platform", String(40), nullable=False),
    Column("member", String(200), nullable=False),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("device", "platform", "member"),
)

canaries = Table(
    "canaries",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("endpoint", String(80), nullable=False),
    Column("understood", BigInteger, nullable=False),
    Column("empty", BigInteger, nullable=False),
    Column("unreadable", BigInteger, nullable=False),
    Column("barren", BigInteger, nullable=False),
    Column("unread", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("began", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("platform", "endpoint"),
)

issues = Table(
    "issues",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("severity", String(10), nullable=False),
    Column("what", Text, nullable=False),
    Column("mend", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
)

# What contacts that nobody knows wrote, and what was answered: sealed, and gone after a month.
texts = Table(
    "texts",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("account", String(200), nullable=False),
    Column("id", String(400), nullable=False),
    Column("relationship", ForeignKey("relationships.id"), nullable=False),
    Column("by", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("platform", "account", "id"),
    Index("ix_texts_relationship", "relationship", "at"),
    Index("ix_texts_captured", "captured"),
)

# What else came with an event of somebody whom nobody knows: how long a call was, which message was taken back. Sealed
# like the words, and gone with them.
details = Table(
    "details",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("account", String(200), nullable=False),
    Column("id", String(400), nullable=False),
    Column("relationship", ForeignKey("relationships.id"), nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("platform", "account", "id"),
    Index("ix_details_relationship", "relationship"),
    Index("ix_details_captured", "captured"),
)

# The evidence of an alert: one chain, and how far it goes. `seen` is what it says of the contact so far.
chains = Table(
    "chains",
    metadata,
    Column("case", ForeignKey("alerts.id"), primary_key=True),
    Column("relationship", ForeignKey("relationships.id"), nullable=False, unique=True),
    Column("opened", BigInteger, nullable=False),
    Column("length", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("seen", Text, nullable=False),
)

# Its links, which are never changed; only what lies in `sealed`, salt and words, may be deleted. `plain` is the same of
# those that say what was deleted.
links = Table(
    "links",
    metadata,
    Column("case", ForeignKey("chains.case"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("offset_ms", BigInteger),
    Column("by", String(10)),
    Column("platform", String(40), nullable=False),
    Column("account", String(200)),
    Column("event", String(400)),
    Column("digest", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("plain", Text),
    PrimaryKeyConstraint("case", "number"),
    Index("ix_links_event", "case", "event"),
)
