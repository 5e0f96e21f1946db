"""What a labeller is shown, and what each of their answers does; the page is only how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Literal, NamedTuple, get_args

from persona_env.arguments import choice, whole_number
from persona_env.errors import ArgumentError
from persona_env.messages import as_lines, described
from persona_env.preferences.comparison import Candidates, Comparison, Label, versions_of
from persona_env.preferences.store import ComparisonStore

Answer = Literal["left", "right", "same", "both_bad"]
"""What a labeller says of the two replies as they stand on the page."""
PAIR = 2
NAME = 64  # characters of a labeller's name, at most


class Shown(NamedTuple):
    """A pair as it stands on the page; ``order`` holds the places of the left and the right."""

    candidates: Candidates
    order: tuple[int, int]

    @property
    def replies(self) -> tuple[str, str]:
        """The left and the right reply."""
        left, right = (self.candidates.replies[place] for place in self.order)
        return left, right

    @property
    def user(self) -> str:
        """Who asked, in the words that the policy was given."""
        return described(self.candidates.messages)[0]

    @property
    def prompt(self) -> str:
        """What was said before the replies, with earlier turns."""
        _, turns = described(self.candidates.messages)
        return as_lines(turns) if turns else self.candidates.prompt


class Progress(NamedTuple):
    """How many pairs a labeller labelled and skipped, and how many are left for them."""

    labelled: int
    skipped: int
    left: int


class Labelling:
    """Pairs of a store for labellers, of whom each has a name; several at once.

    An answer is on the disk when its call returns. It names the pair that it is about: one about a
    pair that is labelled already (a button pressed twice) does nothing. What is skipped is not
    shown again to this labeller until the next start.

    Parameters
    ----------
    store:
        What there is to compare.
    labels:
        How many labellers are to see each pair.
    """

    def __init__(self, store: ComparisonStore, labels: int = 1) -> None:
        self.store, self.labels = store, whole_number("labels", labels, least=1)
        self._skipped: dict[str, set[str]] = {}
        self._lock = Lock()

    def next(self, name: str) -> Shown | None:
        """What ``name`` is to compare now; the same until it is answered or skipped."""
        who = checked_name(name)
        found = self.store.next_for(who, self.labels, most=PAIR, but=self._of(who))
        return None if found is None else shown(found, who)

    def answer(self, name: str, pair: str, said: Answer) -> bool:
        """Keep what ``name`` says of the pair with this id; False if it was labelled before."""
        who = checked_name(name)
        choice("answer", said, get_args(Answer))
        candidates = self.store.find(pair)
        if candidates is None:
            raise ArgumentError(f"the store has no pair {pair!r}: load the page again")
        order = shown(candidates, who).order
        with self._lock:  # two presses come from two threads
            if pair in self.store.labels_of(who):
                return False
            self.store.add(_comparison(candidates, order, said, who))
        return True

    def skip(self, name: str, pair: str) -> None:
        """Leave a pair to others, and to ``name`` at the next start."""
        who = checked_name(name)
        self._of(who).add(pair)
        self.store.release(pair, who)

    def undo(self, name: str) -> Shown | None:
        """Take back what ``name`` said last, and show it again; ``None`` if there is nothing."""
        who = checked_name(name)
        with self._lock:
            back = self.store.withdraw(who)
        if back is None:
            return None
        self._of(who).discard(back.candidates.id)
        return shown(back.candidates, who)

    def progress(self, name: str) -> Progress:
        """How far ``name`` is."""
        who = checked_name(name)
        skipped = self._of(who)
        left = self.store.left_for(who, self.labels, most=PAIR, but=skipped)
        return Progress(len(self.store.labels_of(who)), len(skipped), left)

    def _of(self, name: str) -> set[str]:
        return self._skipped.setdefault(name, set())


def checked_name(name: str) -> str:
    """The name of a labeller without blanks around it.

    Raises :class:`ArgumentError` for an empty one, and for one that is no line of text.
    """
    found = name.strip()
    if not found or len(found) > NAME or not found.isprintable():
        raise ArgumentError(f"a labeller needs a name of 1 to {NAME} characters in one line")
    return found


def shown(candidates: Candidates, name: str) -> Shown:
    """A pair in the order that ``name`` sees: of each pair another, and the same whenever it is
    shown, so that it does not change under a labeller who loads the page again."""
    digest = sha256(f"{name}\n{candidates.id}".encode()).digest()
    return Shown(candidates, (1, 0) if digest[0] % 2 else (0, 1))


def _comparison(
    candidates: Candidates, order: tuple[int, int], said: Answer, name: str
) -> Comparison:
    labels: Mapping[Answer, Label] = {
        "same": "same", "both_bad": "both_bad",
        "left": ("first", "second")[order[0]], "right": ("first", "second")[order[1]],
    }  # fmt: skip
    return Comparison.of(
        candidates, label=labels[said], annotator=name, shown=order,
        versions=versions_of(),
    )  # fmt: skip
