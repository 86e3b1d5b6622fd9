"""What doit remembers, opened so that nothing can be written."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from doit.dependency import SqliteDB

from sse_steps.errors import InputFileError


class ReadOnlyState(SqliteDB):  # type: ignore[misc]  # doit has no types
    """doit's own state in SQLite. Where there is none yet, it is empty and no file is made."""

    def _sqlite3(self, name: str) -> sqlite3.Connection:
        there = Path(name).is_file()
        place = f"{Path(name).absolute().as_uri()}?mode=ro" if there else ":memory:"
        try:
            connection = sqlite3.connect(place, uri=there)
            if there:
                connection.execute("select count(*) from doit").fetchone()
            else:
                connection.execute("create table doit (task_id text primary key, task_data json)")
        except sqlite3.Error as fault:
            raise InputFileError(
                f"What doit remembers, '{name}', cannot be read: {fault}.",
                "Wait for a build that runs; else remove the file: finished work is kept apart.",
            ) from fault
        return connection

    def _get_task_data(self, task_id: str) -> dict[str, Any]:
        row = self._conn.execute("select task_data from doit where task_id = ?", (task_id,))
        found = row.fetchone()
        return json.loads(found[0]) if found else {}

    def remove(self, task_id: str) -> None:
        """Forget a task for this process alone."""
        self._cache[task_id] = {}

    def dump(self) -> None:
        """Close the state; there is nothing to write."""
        self._conn.close()
