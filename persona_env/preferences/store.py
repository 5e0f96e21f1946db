"""Comparisons in a file of SQLite that several labellers write at once, and that survives a kill.

What was said is never changed or deleted: a label that is taken back stays, marked as withdrawn.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from persona_env.errors import PersonaEnvError
from persona_env.outputs import check_target
from persona_env.preferences.comparison import Candidates, Comparison

ENDING = ".db"
"""How the name of such a file ends."""
VERSION = 1
CLAIM_SECONDS = 600
"""How long candidates are kept for the annotator to whom they were shown."""
MANY = 1_000_000  # replies, at most, of any candidates
WAIT_SECONDS = 30.0  # for another writer
_TABLES = """
CREATE TABLE candidates (id TEXT PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE labels (
    number INTEGER PRIMARY KEY AUTOINCREMENT, candidates TEXT NOT NULL REFERENCES candidates (id),
    annotator TEXT NOT NULL, content TEXT NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE claims (
    candidates TEXT NOT NULL REFERENCES candidates (id), annotator TEXT NOT NULL,
    until REAL NOT NULL, PRIMARY KEY (candidates, annotator));
CREATE INDEX labels_of ON labels (candidates);
"""
_OPEN = """
FROM candidates AS c
WHERE json_array_length(content, '$.replies') <= :most AND id NOT IN (SELECT value
                                                                      FROM json_each(:but))
  AND NOT EXISTS (SELECT 1 FROM labels
                  WHERE candidates = c.id AND annotator = :me AND NOT withdrawn)
  AND (SELECT count(DISTINCT annotator) FROM (
        SELECT annotator FROM labels WHERE candidates = c.id AND NOT withdrawn
        UNION SELECT annotator FROM claims
        WHERE candidates = c.id AND annotator <> :me AND until > :now)) < :wanted
"""
_FIRST = """
ORDER BY (SELECT count(*) FROM claims
          WHERE candidates = c.id AND annotator = :me AND until > :now) DESC,
         c.rowid LIMIT 1
"""


class ComparisonStore:
    """Candidates and what was said of them, in one file.

    Parameters
    ----------
    path:
        The file; it is made if it is missing.

    Raises
    ------
    PersonaEnvError
        If the file cannot be written, is no such store, or was made by a newer version.
    """

    def __init__(self, path: str | Path) -> None:
        self.path, self._lock = Path(path), Lock()
        if not self.path.exists():
            check_target(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Transactions are begun and ended by _writing alone; a web page serves from threads.
            self._file = sqlite3.connect(
                self.path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise PersonaEnvError(f"{self.path}: no store of comparisons: {error}") from error
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            raise PersonaEnvError(f"{self.path}: no store of comparisons: {error}") from error

    @classmethod
    def there(cls, path: str | Path) -> Self:
        """The store in a file that is there; raises :class:`PersonaEnvError` if it is not."""
        if not Path(path).is_file():
            raise PersonaEnvError(
                f"{path}: there is no such file; 'persona-env collect --output {path}' makes one"
            )
        return cls(path)

    def _prepare(self) -> None:
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")  # what was confirmed is on the disk
        self._file.execute("PRAGMA foreign_keys = ON")
        with self._writing():
            (made,) = self._file.execute("PRAGMA user_version").fetchone()
            if made == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._file.execute(statement)
                self._file.execute(f"PRAGMA user_version = {VERSION:d}")
        if made not in (0, VERSION):
            self._file.close()
            raise PersonaEnvError(
                f"{self.path} has version {made} of the store, and this library reads {VERSION}: "
                "install a newer persona_env"
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def propose(self, candidates: Iterable[Candidates]) -> int:
        """Add what is to be compared; returns how many were new."""
        rows = [(one.id, one.model_dump_json()) for one in candidates]
        before = self._file.total_changes
        with self._writing():
            self._file.executemany("INSERT OR IGNORE INTO candidates VALUES (?, ?)", rows)
        return self._file.total_changes - before

    def next_for(
        self, annotator: str, labels: int = 1, *, most: int = MANY, but: Collection[str] = ()
    ) -> Candidates | None:
        """What ``annotator`` is to compare next, kept for them for :data:`CLAIM_SECONDS`.

        Candidates that have labels of fewer than ``labels`` annotators (or are shown to them now)
        and none of this one, in the order in which they were proposed; ``None`` if there are none.
        Those of more than ``most`` replies are left out, and those whose ids are in ``but``.
        """
        with self._writing():
            asked = self._asked(annotator, labels, most, but)
            row = self._file.execute(f"SELECT content {_OPEN} {_FIRST}", asked).fetchone()
            if row is None:
                return None
            found = Candidates.model_validate_json(row[0])
            self._claim(found.id, annotator)
        return found

    def left_for(
        self, annotator: str, labels: int = 1, *, most: int = MANY, but: Collection[str] = ()
    ) -> int:
        """How many candidates :meth:`next_for` would give to ``annotator``, one after another."""
        asked = self._asked(annotator, labels, most, but)
        (count,) = self._file.execute(f"SELECT count(*) {_OPEN}", asked).fetchone()
        return int(count)

    def _asked(
        self, annotator: str, labels: int, most: int, but: Collection[str]
    ) -> dict[str, str | int | float]:
        ids = json.dumps([*but])
        return {"me": annotator, "wanted": labels, "now": time.time(), "most": most, "but": ids}

    def _claim(self, candidates: str, annotator: str) -> None:
        self._file.execute(
            "INSERT OR REPLACE INTO claims VALUES (?, ?, ?)",
            (candidates, annotator, time.time() + CLAIM_SECONDS),
        )

    def release(self, candidates: str, annotator: str) -> None:
        """Candidates (by their id) are no longer kept for ``annotator``."""
        with self._writing():
            self._file.execute(
                "DELETE FROM claims WHERE candidates = ? AND annotator = ?", (candidates, annotator)
            )

    def find(self, candidates: str) -> Candidates | None:
        """The candidates of this id; ``None`` if they were not proposed."""
        asked = "SELECT content FROM candidates WHERE id = ?"
        row = self._file.execute(asked, (candidates,)).fetchone()
        return None if row is None else Candidates.model_validate_json(row[0])

    def labels_of(self, annotator: str) -> list[str]:
        """The ids of the candidates of which ``annotator`` said something that stands, in the order
        in which it was said."""
        asked = (
            "SELECT candidates FROM labels WHERE annotator = ? AND NOT withdrawn ORDER BY number"
        )
        return [one for (one,) in self._file.execute(asked, (annotator,))]

    def add(self, comparison: Comparison) -> int:
        """Keep what was said; returns its number. Its candidates are added if they are new.

        When this returns it is on the disk.
        """
        with self._writing():
            return self._add(comparison)

    def add_all(self, comparisons: Iterable[Comparison]) -> int:
        """Keep all of these or, after an error, none; returns how many were new.

        What an annotator said of the same candidates before stands: it is not kept twice.
        """
        there: dict[str, set[str]] = {}
        count = 0
        with self._writing():
            for one in comparisons:
                known = there.get(one.annotator)
                if known is None:
                    known = there[one.annotator] = {*self.labels_of(one.annotator)}
                if one.candidates.id not in known:
                    known.add(one.candidates.id)
                    self._add(one)
                    count += 1
        return count

    def _add(self, comparison: Comparison) -> int:
        asked = comparison.candidates
        self._file.execute(
            "INSERT OR IGNORE INTO candidates VALUES (?, ?)", (asked.id, asked.model_dump_json())
        )
        number = self._file.execute(
            "INSERT INTO labels (candidates, annotator, content) VALUES (?, ?, ?)",
            (asked.id, comparison.annotator, comparison.model_dump_json()),
        ).lastrowid
        self._file.execute(
            "DELETE FROM claims WHERE candidates = ? AND annotator = ?",
            (asked.id, comparison.annotator),
        )
        return int(number or 0)

    def withdraw(self, annotator: str) -> Comparison | None:
        """Take back the last standing label of ``annotator`` and return it; it stays on record.

        Its candidates are kept for this annotator, as by :meth:`next_for`.
        """
        with self._writing():
            row = self._file.execute(
                "SELECT number, content, candidates FROM labels "
                "WHERE annotator = ? AND NOT withdrawn ORDER BY number DESC LIMIT 1",
                (annotator,),
            ).fetchone()
            if row is None:
                return None
            self._file.execute("UPDATE labels SET withdrawn = 1 WHERE number = ?", row[:1])
            self._claim(row[2], annotator)
        return Comparison.model_validate_json(row[1])

    def comparisons(self, *, withdrawn: bool = False) -> list[Comparison]:
        """What was said, in its order; with those that were taken back if ``withdrawn``."""
        which = "" if withdrawn else "WHERE NOT withdrawn "
        rows = self._file.execute(f"SELECT content FROM labels {which}ORDER BY number")  # noqa: S608
        return [Comparison.model_validate_json(content) for (content,) in rows]

    def candidates(self) -> list[Candidates]:
        """All that was proposed, in its order."""
        rows = self._file.execute("SELECT content FROM candidates ORDER BY rowid")
        return [Candidates.model_validate_json(content) for (content,) in rows]

    def __len__(self) -> int:
        (count,) = self._file.execute("SELECT count(*) FROM labels WHERE NOT withdrawn").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
