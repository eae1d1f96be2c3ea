"""The settings that recipes have got since: a search for the seeds of one compares all of them."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ADDED = {"handwriting": False, "decay": False, "precision": "auto"}


def upgrade() -> None:
    """Write into each recipe what it meant without saying so."""
    runs = sa.table("runs", sa.column("id"), sa.column("recipe"))
    connection = op.get_bind()
    for run_id, text in connection.execute(sa.select(runs.c.id, runs.c.recipe)).all():
        try:
            recipe = json.loads(text)
        except ValueError:
            continue  # Nobody can read it; the store says so when it is asked.
        if isinstance(recipe, dict):
            added = {name: value for name, value in _ADDED.items() if name not in recipe}
            written = json.dumps(recipe | added, indent=2)
            connection.execute(sa.update(runs).where(runs.c.id == run_id).values(recipe=written))
