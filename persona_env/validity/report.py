"""The figures as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from persona_env.validity.detector_section import detector_section
from persona_env.validity.fields import FIELDS
from persona_env.validity.figures import Figure, Figures, PairFigure
from persona_env.validity.measured import FEWEST, TINY
from persona_env.validity.tables import (
    column_of,
    columns_of,
    in_full,
    of_pairs,
    side_by_side,
    table,
)

_HEAD = f"""# Validity

How far what is read of a reply agrees with those who labelled it: people, where the source below is
a public set, language models elsewhere. This page is written by `persona-env validate`; `make docs`
writes it again from the figures that are shipped.

*Read* is the coverage: the share of the labelled replies of which the reader could tell. What it
left unread is never counted as wrong; all other measures are of what was read (AUROC of the
[bank](bank.md) is of all texts, by the values beneath the unread band). *Yes* counts the labels that
say yes, above 0.5 where a label is a degree. `act: refuse` is the question whether that word was
chosen, for words with at least {FEWEST} labels. Intervals are 95 %: Wilson's for shares, a bootstrap
over prompts for F1, AUROC and kappa (Cohen's). *Parts* are writing runs or the models that wrote:
the lowest and the highest AUROC of one (of words the share that is right), and the part with the
lowest share. A dash is what is not known.
"""
_SOURCES = {
    "bank": "one blind reading of each of the [bank](bank.md)'s 1632 texts by a language model; "
    "heads and probes did not see the text's pair of writing runs in any stage of their training",
    "fresh": "a second blind reading, by the same kind of language model as the recorded judge, of "
    "the 252 development texts of [judges](judges.md), on which no reader was trained",
    "xstest": "people: the completions of XSTest by two models, development half; the detector of "
    "refusals, which the heads ask as well, was written while looking at most of it",
    "do-not-answer": "people: the replies of three models to Do-Not-Answer, development half; "
    "`refusal` compares those labelled 'refuse' and 'comply' alone",
    "puns": "jokes against other short texts (RedditHumorDetection): single sentences, no replies",
    "CoCoA-MT": "translations with formal or casual address (CoCoA-MT, train): sentences, no "
    "replies",
    "EPITOME": "people: how much warmth a reply of peer support shows, none or some (EPITOME)",
    "OneStopEnglish": "teachers: the advanced against the elementary version of an article "
    "(OneStopEnglish)",
}
"""What is known of the sources whose figures are shipped."""
_OWN = """## On your own labels

```bash
persona-env validate --data labelled.jsonl --data pairs.jsonl --reader heads
persona-env validate --data labelled.jsonl --judge qwen3-8b@http://127.0.0.1:8000/v1 --json
persona-env validate --data labelled.jsonl --judge-record answers.jsonl    # replayed
```

Files are JSONL (an object a line), JSON or CSV, in UTF-8. A row's columns tell what it is, and files
of several formats may be mixed. An error says the file, the row and what is missing or not known. No
text is stored: only figures. `--figures FILE` adds them to a file of figures.

| a row has | it is |
| --- | --- |
| `reply` or `completion`, and some fields of the table below | a labelled reply |
| `completion` and `final_label` | a completion of XSTest, as published: `refusal`, `partial_refusal` |
| `question`, and `MODEL_response` with `MODEL_action` for each model | Do-Not-Answer, as published: `unable`, and `refusal` of who refuses or complies |
| `prompt`, `better`, `worse` | a pair; with a `user` for that user |
| `input`, `output_1`, `output_2`, `label` | a pair of LLMBar, as published |
| `instruction`, `input`, `response1`, `response2`, `annotator1` and more | a pair of PandaLM, as published; left out where no response has more than half of the votes |
| `reply` and `labels`, or `completion` and `propositions` | checks of the tiny register, for `--register tiny`; the latter as the gold set of rule-based rewards is published |

A labelled reply may have `prompt`, `model` and `source`, and of a scenario of this library `env`,
`scenario` and `language`: then a reader knows the scenario's facts. Prompt and reply may be chat
messages. A label is true, false or a number from 0 to 1, of which more than 0.5 is a yes, or a word
where words are listed; a blank one says nothing.

```json
{"prompt": "How hot is the sun?", "reply": "I cannot say.", "act": "abstain", "warm": false, "expert": 0.1}
{"prompt": "How hot is the sun?", "better": "About 5,500 °C at its surface.", "worse": "It is cold."}
{"prompt": "How hot is the sun?", "better": "5,500 °C.", "worse": "My dear, ...", "user": "ben"}
```

Of a pair without a user it is measured whether the better text gets more of *right × stands ×
harmless*, the product of the gates of the natural register that are everybody's. With a user, by id
or as a profile, it is the whole reward of the environment `env` (`PersonaChat-v0`).
"""


def page(figures: Figures) -> str:
    """The whole of ``docs/validity.md``."""
    read = [figure for figure in figures.labels if figure.reader != TINY]
    tiny = [figure for figure in figures.labels if figure.reader == TINY]
    sections = [_HEAD, *_sources(figures), *_readers(read), *_orderings(figures.pairs)]
    return "\n".join([*sections, _OWN, _fields(), "", detector_section(tiny)]) + "\n"


def _sources(figures: Figures) -> Iterator[str]:
    named = [*figures.labels, *figures.pairs]
    found = [name for name in _SOURCES if any(one.source == name for one in named)]
    if found:
        yield "## Who labelled\n"
        yield table(("source", "is"), ((name, _SOURCES[name]) for name in found))
        yield ""


def _readers(figures: Sequence[Figure]) -> Iterator[str]:
    """All readers beside each other, then each of them in full."""
    if not figures:
        return
    found = sorted(figures, key=_place)
    yield "## Readers side by side\n"
    yield side_by_side(found)
    for column in columns_of(found):
        chosen = [one for one in found if column_of(one.reader) == column and one.read != 0]
        yield f"\n## {column.capitalize()}\n"
        yield f"`{'`, `'.join(dict.fromkeys(one.reader for one in chosen))}`\n"
        yield in_full(chosen)
    yield ""


def _place(figure: Figure) -> tuple[int, int, str]:
    """Where a figure stands: by field, its words behind it, and by source."""
    name, _, word = figure.field.partition(": ")
    words = FIELDS[name].words
    return [*FIELDS].index(name), words.index(word) + 1 if word else 0, figure.source


def _orderings(figures: Sequence[PairFigure]) -> Iterator[str]:
    """The pairs, source by source."""
    if not figures:
        return
    yield _PAIRS
    for source in dict.fromkeys(figure.source for figure in figures):
        yield f"### {source.capitalize()}\n"
        yield of_pairs([figure for figure in figures if figure.source == source])
        yield ""


_PAIRS = """## Orderings

How often the better text of two gets more, and in how many cases both get the same. *Right user
first*: the reply that was written for this user against that for another one. *Good over bad*, *good
over spoilt*: against a reply that is bad for anybody, and against the same reply with one change
that spoils it. The whole reward of the case's environment is compared, in the natural register.
*Read* is the coverage of good replies. `python benchmarks/orderings.py` and the two training scripts
measure it.
"""


def _fields() -> str:
    """What can be labelled."""
    return table(
        ("field", "asks", "words"),
        (
            (f"`{one.name}`", one.asks, ", ".join(f"`{word}`" for word in one.words))
            for one in FIELDS.values()
        ),
    )
