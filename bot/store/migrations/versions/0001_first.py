"""The first shape: states, people, updates, answers and their messages, pictures."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "states",
        sa.Column("chat", sa.BigInteger, primary_key=True),
        sa.Column("topic", sa.BigInteger, primary_key=True),
        sa.Column("person", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("touched", sa.Float(53), nullable=False),
    )
    op.create_index("states_person", "states", ["person"])
    op.create_table(
        "people",
        sa.Column("person", ID, primary_key=True, autoincrement=False),
        sa.Column("confirmed_at", sa.Float(53)),
        sa.Column("role", sa.Text, nullable=False, server_default=""),
        sa.Column("locale", sa.Text, nullable=False, server_default=""),
        sa.Column("admitted", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "updates",
        sa.Column("update_id", ID, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("raw", sa.Text),
    )
    op.create_index("updates_at", "updates", ["at"])
    op.create_table(
        "answers",
        sa.Column("update_id", ID, primary_key=True, autoincrement=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.BigInteger, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("question_id", sa.BigInteger, nullable=False),
        sa.Column("state_before", sa.Text),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("facts_version", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_index("answers_question", "answers", ["chat", "question_id"])
    op.create_index("answers_person", "answers", ["person"])
    op.create_index("answers_at", "answers", ["at"])
    op.create_table(
        "shown",
        sa.Column("chat", sa.BigInteger, primary_key=True),
        sa.Column("message_id", sa.BigInteger, primary_key=True),
        sa.Column("update_id", sa.BigInteger, nullable=False),
    )
    op.create_index("shown_update", "shown", ["update_id"])
    op.create_table(
        "pictures",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
