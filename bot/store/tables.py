"""The tables. Times are seconds since 1970; no column but `updates.raw` ever holds words of a person."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, Table, Text, false

metadata = MetaData()

# Update and message ids exceed 32 bits; on SQLite only INTEGER may be the table's own key.
Id = BigInteger().with_variant(Integer, "sqlite")

states = Table(
    "states",
    metadata,
    Column("chat", BigInteger, primary_key=True),
    Column("topic", BigInteger, primary_key=True),
    Column("person", BigInteger, primary_key=True),
    Column("state", Text, nullable=False),
    Column("touched", Float(53), nullable=False),
    Index("states_person", "person"),
)

people = Table(
    "people",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("confirmed_at", Float(53)),
    Column("role", Text, nullable=False, server_default=""),
    Column("locale", Text, nullable=False, server_default=""),
    Column("admitted", Boolean, nullable=False, server_default=false()),
)

# `raw` is the update as it came, while it waits for its answer (polling only). `mark` tells two updates with
# the same number apart: Telegram numbers anew after a quiet week, and another bot numbers for itself.
updates = Table(
    "updates",
    metadata,
    Column("update_id", Id, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("raw", Text),
    Index("updates_at", "at"),
)

answers = Table(
    "answers",
    metadata,
    Column("update_id", Id, primary_key=True, autoincrement=False),
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("question_id", BigInteger, nullable=False),
    Column("state_before", Text),
    Column("snapshot", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("facts_version", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Index("answers_question", "chat", "question_id"),
    Index("answers_person", "person"),
    Index("answers_at", "at"),
)

# The messages of an answer, as a reply or a press names them.
shown = Table(
    "shown",
    metadata,
    Column("chat", BigInteger, primary_key=True),
    Column("message_id", BigInteger, primary_key=True),
    Column("update_id", BigInteger, nullable=False),
    Index("shown_update", "update_id"),
)

# Charts that Telegram has already, by what is drawn.
pictures = Table(
    "pictures",
    metadata,
    Column("key", Text, primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("at", Float(53), nullable=False),
)
