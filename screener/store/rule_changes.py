"""The table of what was changed in the family's rules: who, when, and the file before and after."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from screener.store.tables import metadata as metadata

rule_changes = Table(
    "rule_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    # Empty where somebody changed the file itself, not through Screener.
    Column("by", String(80), nullable=False),
    # What was done, in parts: a page puts it into words.
    Column("what", Text, nullable=False),
    Column("file", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    # The alert that gave the occasion, where one did.
    Column("alert", String(32)),
    Column("undone", BigInteger),
    Index("ix_rule_changes_file", "file", "id"),
)
