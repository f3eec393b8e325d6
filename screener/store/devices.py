"""The tables of who lives here and with which devices, as far as the dashboard was told; see tables.py."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table

from screener.store.people import metadata as metadata

# Members that were added on the dashboard; those in config.yaml stay there.
members = Table(
    "members",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("born", String(10)),
    Column("role", String(10), nullable=False),
    Column("country", String(2)),
    Column("timezone", String(60), nullable=False),
    Column("added", BigInteger, nullable=False),
)

# Devices of the home network by the address under which the proxy meets them. `heard` is what a device calls itself,
# `name` what the family calls it; `state` is new, theirs or left alone.
devices = Table(
    "devices",
    metadata,
    Column("address", String(60), primary_key=True),
    Column("mac", String(20), nullable=False, server_default=""),
    Column("heard", String(60), nullable=False, server_default=""),
    Column("name", String(60), nullable=False, server_default=""),
    Column("member", String(200)),
    Column("state", String(10), nullable=False, server_default="new"),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

# Accounts of our own that were met, on which device last, and whose somebody says they are. `adult` is the first adult
# on whose own device one was met: it stays theirs to give.
accounts = Table(
    "accounts",
    metadata,
    Column("platform", String(40), nullable=False),
    Column("account", String(200), nullable=False),
    Column("called", String(80), nullable=False, server_default=""),
    Column("device", String(60), nullable=False),
    Column("member", String(200)),
    Column("adult", String(200)),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("platform", "account"),
)

# What was a child's and is no more, and who said so; `what` is device, account or stopped, `member` whose it was.
handovers = Table(
    "handovers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("what", String(10), nullable=False),
    Column("address", String(60), nullable=False),
    Column("called", String(80), nullable=False),
    Column("member", String(200), nullable=False),
    Column("to", String(80), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_handovers_member", "member"),
)
