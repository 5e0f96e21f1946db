"""Whether a title is a message of its session, however people quote a part of one in a title."""

from __future__ import annotations

from .facts import Facts, words_of
from .form import COPIED_HAN, COPIED_WORDS, longest_run
from .titles import Title
from .words import is_han, tokens

ASKED, ANSWERED = 0.8, 0.95  # the shares of a message of either side that are a copy of it
MOST, WHOLE = 0.8, 0.95  # of the title: of a copy of most of a message, and of a long piece


def is_copy(title: Title, facts: Facts) -> bool:
    """Whether a title is most of a message and little else, or a long piece of one and no more."""
    said = [word.text for word in words_of(title)]
    long = COPIED_HAN if is_han(facts.language) else COPIED_WORDS
    for turn, message in enumerate(facts.session.messages):
        told = [word for word, _ in tokens(message)]
        run, share = longest_run(said, told), ANSWERED if turn % 2 else ASKED
        if run >= share * len(told) and run >= MOST * len(said):
            return True
        if not turn % 2 and run >= long and run >= WHOLE * len(said):
            return True
    return False
