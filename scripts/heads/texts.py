"""The texts of the bank with their labels, and everything that is computed once of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from scipy import sparse

import persona_env  # noqa: F401 - it registers the environments
from heads.said import answers_by_run, compared_with, replies
from persona_env.bank import (
    ANSWERS,
    WIDE,
    load_acts,
    load_answers,
    load_cases,
    load_edits,
    load_idle,
    load_pairs,
    load_readings,
    load_sentences,
    load_wide,
)
from persona_env.reading.evidence import fitting_acts, marks_of
from persona_env.reading.features import (
    SIZE,
    Sparse,
    counts_of,
    frame_ngrams,
    ngrams,
    places_of,
    said,
    sentence_features,
    sentence_ngrams,
)
from persona_env.reading.likeness import likeness
from persona_env.reading.reader import Ask
from persona_env.reading.reading import Reading
from persona_env.reading.rules import Rules
from persona_env.rewards.exchange import see_reply
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.text.spans import sentence_spans

WEIGHT = 0.05  # of a count of standard deviation 1, beside n-grams of length 1
Floats = npt.NDArray[np.float64]
SPOILS: dict[str, tuple[float, float, float]] = {  # wrong, fallen, harmful
    "harmless": (0, 0, 0),
    "retract": (1, 1, 0),
    "mock": (0, 1, 1),
    "danger": (1, 0, 1),
    "false": (1, 0, 0),
    "contradict": (1, 1, 0),
    "pretence": (1, 0, 0),
    "privacy": (0, 0, 1),
    "deceit": (0, 0, 1),
    "discrimination": (0, 0, 1),
    "nonsense": (0, 1, 0),
    "withhold": (1, 1, 0),
    "insult": (0, 0, 1),
    "discriminate": (0, 0, 1),
    "private": (0, 0, 1),
    "manipulate": (0, 0, 1),
}
"""What an edit or a further sentence of each kind spoils."""


GOOD = ("good_a", "good_b", "good")
"""Of a case, its texts that are not spoilt; of another request, the good reply."""


class Text(NamedTuple):
    """One reply of the bank: of a case, an edit of one, a good one with a further sentence, one to
    a request of another kind, an answer, or one that tells nothing. ``reading`` is empty but of a
    case; ``faults`` are the labels of content, of the last two kinds the first alone."""

    case: dict[str, Any]
    name: str
    reply: str
    run: int
    reading: dict[str, Any]
    faults: tuple[float, float, float]


def load_texts() -> list[Text]:
    """The texts of all cases, their edits, answers, replies that tell nothing, replies to requests
    of other kinds, and good texts with a further sentence."""
    cases = {case["id"]: case for case in load_cases()}
    texts = []
    for row in load_readings():
        case = cases[row["case"]]
        faults = (row["correct"] < 0.5, row["stands"] < 0.5, row["harm"] > 0.5)
        texts.append(
            Text(case, row["text"], case[row["text"]], case["run"], row, tuple(map(float, faults)))
        )
    for edit in load_edits():
        case = cases[edit["case"]]
        texts.append(Text(case, "edit", edit["text"], case["run"], {}, SPOILS[edit["kind"]]))
    for row in load_answers():
        case = {"id": row["scenario"], "env": "PersonaChat-v0", "run": ANSWERED_WITH, **row}
        for name, is_right in ANSWERS.items():
            texts.append(Text(case, ANSWER, row[name], ANSWERED_WITH, {}, (not is_right, 0, 0)))
    for number, row in enumerate(load_idle()):
        case = {"id": f"idle-{number}", **row}
        texts.append(Text(case, IDLE, row["text"], row["run"], {}, (1, 0, 0)))
    texts += _wide()
    texts += _said()
    texts += _longer(cases.values())
    scenarios = scenarios_of(texts)
    return [
        text._replace(reply=see_reply(scenario, text.reply).text)  # what a reward reads of it
        for text, scenario in zip(texts, scenarios, strict=True)
    ]


def _wide() -> Iterator[Text]:
    """Replies to requests that are no scenario's."""
    for number, row in enumerate(load_wide()):
        case = {"id": f"wide-{number}", **row}
        yield Text(case, GOOD_OF_OTHER_KINDS, row["good"], row["run"], {}, (0, 0, 0))
        yield Text(case, BAD_OF_OTHER_KINDS, row["bad"], row["run"], {}, WIDE[row["fault"]])


def _said() -> Iterator[Text]:
    """Short right and wrong replies to train scenarios."""
    for reply in replies():
        faults = (float(not reply.is_right), 0.0, 0.0)
        yield Text(reply.case, SAID, reply.text, reply.run, {}, faults)


def _longer(cases: Iterable[dict[str, Any]]) -> Iterator[Text]:
    """Each good text twice, with one further sentence: a bad one, and a fine one like it."""
    by_fold: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for fold, row in _loose():
        by_fold.setdefault((fold, row["language"]), []).append(row)
    rng = np.random.default_rng(0)
    for case in cases:
        fold = (case["run"] - 1) // 2
        for name in ("good_a", "good_b"):
            rows = by_fold.get((fold, case["language"]))
            if rows is None:
                continue
            row, ends = rows[rng.integers(len(rows))], sentence_spans(case[name])
            at = len(case[name]) if rng.random() < AT_END else ends[rng.integers(len(ends))][1]
            gap = "" if case["language"] == "zh" else " "
            for kind in ("bad", "fine"):
                reply = f"{case[name][:at].rstrip()}{gap}{row[kind]}{gap}{case[name][at:].lstrip()}"
                faults = SPOILS[row["kind"]] if kind == "bad" else (0, 0, 0)
                yield Text(
                    case | {"kind": row["kind"]}, LONGER, reply.strip(), case["run"], {}, faults
                )


def _loose() -> Iterator[tuple[int, dict[str, Any]]]:
    """Each pair of sentences with the fold with which it is left out."""
    for number, row in enumerate(load_sentences()):
        yield (number if row["language"] != "en" else row["run"]) % FOLDS, row


IDLE = "idle"
GOOD_OF_OTHER_KINDS, BAD_OF_OTHER_KINDS = "wide good", "wide bad"
SAID = "said"
LONGER = "longer"
AT_END = 0.6
"""How many further sentences stand at the end; the others behind any sentence."""
ANSWER = "answer"
ANSWERED_WITH = 1  # the run with which the answers, of one writer, are left out
FOLDS = 4  # as many as there are pairs of writing runs


class Extra(NamedTuple):
    """A reply beside the cases, whose act is known; or a pair of texts of one content, the first
    of which has more of a degree of style.

    ``fold`` is the place of the pair of writing runs with which it is left out.
    """

    fold: int
    source: str
    prompt: str
    reply: str
    act: str = ""
    other: str = ""
    style: str = ""


GAPS = {"formal": 0.25, "warm": 0.4, "humour": 0.4}
"""By how much the degrees of a pair differ: a form of address is a part of being formal."""


def load_extras() -> list[Extra]:
    """Replies with an act, then pairs."""
    found = [
        Extra(
            (row["run"] - 1) % FOLDS, f"acts {row['run']}", row["prompt"], row["reply"],
            act=row["act"],
        )
        for row in load_acts()
    ]  # fmt: skip
    found += [
        Extra(
            (row["run"] - 1) % FOLDS, f"{row['kind']} {row['language']}", row["prompt"],
            row["with"], other=row["without"], style=row["kind"],
        )
        for row in load_pairs()
    ]  # fmt: skip
    return found


def languages_of(texts: Sequence[Text], extras: Sequence[Extra] = ()) -> dict[str, list[str]]:
    """Those of the bank, by the empty name, and of a degree that pairs in other ones tell too."""
    own = {text.case["language"] for text in texts if text.reading}
    found = {"": own}
    for extra in extras:
        if extra.style:
            found.setdefault(extra.style, {*own}).add(extra.source.split()[-1])
    return {field: sorted(codes) for field, codes in found.items() if not field or codes > own}


def scenarios_of(texts: Sequence[Text]) -> list[Scenario]:
    """The scenario of each text; of a request that is none's, one that lists nothing."""
    names = {text.case["env"] for text in texts if "env" in text.case}
    pools = {name: gym.make(name, split="train").unwrapped.scenarios for name in names}
    found = [
        pools[text.case["env"]].find(text.case["scenario"]) if "env" in text.case else
        asked(text.case["prompt"], text.case["language"])
        for text in texts
    ]  # fmt: skip
    assert None not in found
    return found


def asked(prompt: str, language: str) -> Scenario:
    """A scenario of which nothing but the request is known."""
    texts = {language: ScenarioText(prompt=prompt, answer="")}
    return Scenario(id="asked", family="asked", split="train", category="open", texts=texts)


def alike_of(texts: Sequence[Text], scenarios: Sequence[Scenario]) -> Floats:
    """How each text compares with its scenario's answers, ``float64 of shape (N, 12)``.

    A listed answer is compared with those of other writing runs alone.
    """
    runs = answers_by_run()
    known: dict[tuple[int, int, bool], Scenario] = {}
    rows = []
    for text, scenario in zip(texts, scenarios, strict=True):
        if text.name == SAID:
            key = (id(scenario), text.case["run"], text.case["bare"])
            if key not in known:
                known[key] = compared_with(text.case, scenario, runs)
            rows.append(likeness(known[key], text.reply))
        else:
            rows.append(likeness(scenario, text.reply))
    return np.array(rows, float)


def csr(rows: Sequence[Sparse]) -> sparse.csr_matrix:
    """Sparse rows as a matrix."""
    ends = np.cumsum([0, *(len(row.indices) for row in rows)])
    values = np.concatenate([row.values for row in rows])
    return sparse.csr_matrix(
        (values, np.concatenate([row.indices for row in rows]), ends), shape=(len(rows), SIZE)
    )


class Loose(NamedTuple):
    """Single sentences: n-grams (L, SIZE), folds (L,), faults (L, 3), and number of words (L,)."""

    grams: sparse.csr_matrix
    folds: npt.NDArray[np.intp]
    faults: Floats
    log_words: Floats


def loose_of() -> Loose:
    """The bank's pairs of sentences, bad and fine."""
    rows = [
        (fold, row[kind], SPOILS[row["kind"]] if kind == "bad" else (0, 0, 0))
        for fold, row in _loose()
        for kind in ("bad", "fine")
    ]
    words = [places_of("", said(text)) for _, text, _ in rows]
    return Loose(
        csr([sentence_ngrams(text) for _, text, _ in rows]),
        np.array([fold for fold, _, _ in rows]),
        np.array([faults for _, _, faults in rows], float),
        np.array([place[:, 3].max(initial=0) for place in words]),
    )


class Opened(NamedTuple):
    """Own texts of cases once more, as if no scenario knew what is right: what then is known.

    ``places`` are theirs among the texts. Only of scenarios that anybody may simply answer: where
    it is right to abstain, to refuse or to ask, nothing but the scenario tells so.
    """

    places: npt.NDArray[np.intp]
    exact: list[Reading]
    scenarios: list[Scenario]
    alike: Floats


def opened_of(texts: Sequence[Text]) -> Opened:
    """The same of the bank's texts."""
    places = [place for place, text in enumerate(texts) if text.reading]
    known = scenarios_of([texts[place] for place in places])
    simple = fitting_acts(asked("", "en"))
    places = [p for p, one in zip(places, known, strict=True) if fitting_acts(one) == simple]
    own = [texts[place] for place in places]
    scenarios = [asked(text.case["prompt"], text.case["language"]) for text in own]
    exact = read_exactly(own, scenarios)
    return Opened(np.array(places), exact, scenarios, alike_of(own, scenarios))


def read_exactly(texts: Sequence[Text], scenarios: Sequence[Scenario]) -> list[Reading]:
    """What rules read."""
    both = zip(scenarios, texts, strict=True)
    asks = [Ask(scenario, text.case["language"], text.reply) for scenario, text in both]
    return Rules().fill(asks, [Reading()] * len(asks))


class Inputs(NamedTuple):
    """All that is computed once of N texts with S sentences and of M extras, which come last.

    ``loose`` are L single sentences with their fold and faults, ``alike`` how texts compare with
    listed answers, ``opened`` the cases' texts without what their scenarios list.

    ``grams``, ``frames``, ``counts``, ``marks`` and ``stacked`` are of all N + M; of a pair
    (``is_pair``) they are the difference of its texts.
    """

    grams: sparse.csr_matrix
    frames: sparse.csr_matrix
    counts: Floats
    sentences: sparse.csr_matrix
    places: Floats
    owner: npt.NDArray[np.intp]
    changed: npt.NDArray[np.float64]
    exact: list[Reading]
    scenarios: list[Scenario]
    marks: Floats
    is_pair: npt.NDArray[np.bool_]
    stacked: sparse.csr_matrix
    mean: Floats
    spread: Floats
    alike: Floats
    loose: Loose
    opened: Opened


def inputs_of(texts: Sequence[Text], extras: Sequence[Extra] = ()) -> Inputs:
    """Features of texts and of their sentences, and of extras."""
    scenarios = scenarios_of(texts)
    exact = read_exactly(texts, scenarios)
    both = [(text.case["prompt"], text.reply) for text in texts]
    both += [(extra.prompt, extra.reply) for extra in extras]
    is_pair = np.array([False] * len(texts) + [bool(extra.style) for extra in extras])
    others = [(extra.prompt, extra.other) for extra in extras if extra.style]
    marks = np.array([marks_of(*one) for one in both], float)
    grams = csr([ngrams(reply) for _, reply in both])
    frames = csr([frame_ngrams(reply) for _, reply in both])
    counts = np.array([counts_of(*one) for one in both], float)
    if others:
        grams = grams.tolil()
        grams[is_pair] = grams[is_pair].tocsr() - csr([ngrams(reply) for _, reply in others])
        grams = grams.tocsr()
        counts[is_pair] -= np.array([counts_of(*one) for one in others], float)
    sentences: list[Sparse] = []
    places, owner, changed = [], [], []
    for number, text in enumerate(texts):
        good = {_plain(s) for name in GOOD for s in _cut(text.case.get(name, ""))}
        features = sentence_features(text.case["prompt"], text.reply)
        for sentence, (found, place) in zip(_cut(text.reply), features, strict=True):
            sentences.append(found)
            places.append(place)
            owner.append(number)
            changed.append(float(_plain(sentence) not in good))
    own = counts[: len(texts)]
    mean, spread = own.mean(0), own.std(0) + 1e-6
    scaled = sparse.csr_matrix(WEIGHT * (counts - mean * ~is_pair[:, None]) / spread)
    stacked = sparse.hstack([grams, scaled]).tocsr()
    return Inputs(
        grams, frames, counts, csr(sentences), np.array(places, float), np.array(owner),
        np.array(changed), exact, scenarios, marks, is_pair, stacked, mean, spread,
        alike_of(texts, scenarios), loose_of(), opened_of(texts),
    )  # fmt: skip


def _cut(text: str) -> list[str]:
    return [text[slice(*span)] for span in sentence_spans(text)]


def _plain(sentence: str) -> str:
    return " ".join(sentence.lower().split())
