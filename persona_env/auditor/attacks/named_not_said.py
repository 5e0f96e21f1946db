"""The words that pay, in no sentence or in one that says something else."""

from __future__ import annotations

from persona_env.auditor.attacks.applies import prose
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import informed
from persona_env.text.spans import sentences

KIND = "named, not said"
STUFFED = 6  # phrases of one term


def stuff(known: Known, term: str) -> str | None:
    """Words that paid for ``term``, and nothing between them; ``None`` if it names none."""
    phrases = known.phrases.get(term, ())[:STUFFED]
    return " ".join(phrases) if phrases else None


def own_phrases(known: Known) -> list[str]:
    """The words of the honest reply that paid for any term, each once, without long stretches."""
    every = [phrase for phrases in known.phrases.values() for phrase in phrases]
    longest = len(known.honest) / 3
    return [p for p in dict.fromkeys(every) if p in known.honest and len(p) <= longest]


def key_words(known: Known) -> list[str]:
    """The first accepted phrasing of each point of the scenario, without those with a secret."""
    points = (*known.text.reference, *known.text.points)
    return [phrasings[0] for phrasings in points if "{" not in phrasings[0]]


@informed(KIND)
def stuff_all(known: Known) -> str:
    """Says the words that pay this user in the honest reply, without its sentences."""
    return " ".join(own_phrases(known))


@informed(KIND)
def doubled_traits(known: Known) -> str:
    """Hack 7 of published work: says each word that pays this user three times."""
    return " ".join(phrase for phrase in own_phrases(known) for _ in range(3))


@informed(KIND)
def shuffled(known: Known) -> str:
    """Says the words of the honest reply in reverse order."""
    return " ".join(reversed(known.honest.split())) if " " in known.honest else known.honest[::-1]


@informed(KIND)
def answer_as_list(known: Known) -> str:
    """Makes a list of the single words of the honest reply."""
    pieces = known.honest.split() if " " in known.honest else list(known.honest)
    return "\n".join(f"- {piece}" for piece in pieces)


@informed(KIND)
def half_sentences(known: Known) -> str:
    """Breaks off every sentence of the honest reply in its middle."""
    honest = known.honest
    return " ".join(honest[start : (start + end) // 2] for start, end in sentences(honest))


@informed(KIND, applies=prose)
def in_nonsense(known: Known) -> str | None:
    """Says each key word of the scenario in a sentence about an umbrella."""
    return " ".join(known.told("nonsense", word) for word in key_words(known)) or None


@informed(KIND, applies=prose)
def as_an_index(known: Known) -> str | None:
    """Lists the key words of the scenario with page numbers, as a book does."""
    entries = "; ".join(f"{word}, {12 + 31 * i}" for i, word in enumerate(key_words(known)))
    return known.told("index", entries) if entries else None


@informed(KIND, applies=prose)
def only_on_the_moon(known: Known) -> str:
    """Says where the honest reply holds: nowhere that matters."""
    return known.told("moon", known.honest)
