"""An edit changes the selected part and nothing else, in whatever form it comes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from persona_env.envs.canvas.diffs import write_block, write_patch
from persona_env.envs.canvas.edits import Target, read_edit, target_of
from persona_env.envs.canvas.env import PersonaCanvasEnv
from persona_env.envs.canvas.oracle import in_form
from persona_env.envs.canvas.picture import draw_edit
from persona_env.envs.canvas.style import STYLE

DOCUMENT = target_of("one\ntwo [[red]] three\nred\nfour")
LINES = st.text("abc xyz", min_size=1, max_size=12).filter(str.strip)
DOCUMENTS = st.tuples(
    st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, min_size=1, max_size=3),
    st.lists(LINES, min_size=1, max_size=4),
).map(lambda parts: Target(
    "\n".join([*parts[0], *parts[1], *parts[2]]),
    (len("\n".join(parts[0])) + 1, len("\n".join(parts[0] + parts[1]))),
))  # fmt: skip


def block(old: str, new: str) -> str:
    return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"


@pytest.mark.parametrize(
    ("reply", "form", "text"),
    [
        ("blue", "new text", "blue"),
        ("[[blue]]", "new text", "blue"),
        ("```\nblue\n```", "new text", "blue"),
        ("Sure, here it is:\n\n```text\nblue\n```\nDone.", "new text", "blue"),
        ("one\ntwo blue three\nred\nfour", "whole document", "blue"),
        ("one\ntwo [[blue]] three\nred\nfour", "whole document", "blue"),
        (block("red", "blue"), "search and replace", "blue"),  # it stands once in the part
        (block("two red", "two blue"), "search and replace", "blue"),
        (f"```\n{block('two red three', 'two blue three')}\n```", "search and replace", "blue"),
        ("@@ -2,1 +2,1 @@\n-two red three\n+two blue three", "unified diff", "blue"),
        ("--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n-two red three\n+two blue three\n red",
         "unified diff", "blue"),
        ("```diff\n-two red three\n+two blue three\n```", "unified diff", "blue"),
    ],
)  # fmt: skip
def test_forms(reply, form, text):
    edit = read_edit(reply, DOCUMENT)
    assert (edit.form, edit.text, edit.outside) == (form, text, "")
    assert edit.document == "one\ntwo blue three\nred\nfour"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (block("green", "blue"), "0 times"),
        (block("o", "0"), "3 times"),
        (block("", "blue"), "for nothing"),
        ("```\nblue\n```\nor\n```\ngreen\n```", "several"),
        ("@@ -1 +1 @@\n-two green three\n+two blue three", "0 times"),
        ("@@ -1 +1 @@\n one\n two red three", "changes nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_never_guessed(reply, why):
    edit = read_edit(reply, DOCUMENT)
    assert edit.text is None
    assert why in edit.problem


@pytest.mark.parametrize(
    "reply",
    [
        block("one", "ONE"),
        block("four", ""),
        block("three\nred", "three\nblue"),
        block("red", "blue") + "\n" + block("four", "five"),
        "@@ -3,1 +3,1 @@\n-red\n+blue",
        "@@ -2,2 +2,2 @@\n-two red three\n-red\n+two blue three\n+blue",
        "@@ -4,0 +5,1 @@\n+five",
    ],
)  # fmt: skip
def test_outside_is_seen(reply):
    assert read_edit(reply, DOCUMENT).outside


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        ("blue\nNote: red is blue now.", "red is blue now."),
        ("blue\n\nnote: Changed.", "Changed."),
        ("azul\nNota: cambiado.", "cambiado."),
        ("蓝\n说明：改了颜色。", "改了颜色。"),
        ("Here:\n```\nblue\n```\nNote: so.", "Here:\nso."),
        (block("red", "blue") + "\nNote: so.", "so."),
        ("@@ -2 +2 @@\n-two red three\n+two blue three\n\nNote: so.", "so."),
        ("blue", ""),
    ],
)  # fmt: skip
def test_notes(reply, note):
    edit = read_edit(reply, DOCUMENT)
    assert edit.note == note
    assert edit.text in ("blue", "azul", "蓝")


@settings(max_examples=120, deadline=None)
@given(DOCUMENTS, LINES, st.sampled_from(STYLE["edit_form"]))
def test_every_form_says_the_same_edit(target, text, form):
    """Written in any form and read again, an edit is what it was."""
    assume(text.strip() != target.selected.strip() and text == text.strip())
    reply = in_form(text, target, form)
    edit = read_edit(reply, target)
    assume(edit.text is not None or "times" not in edit.problem)  # a line that stands twice
    assert not edit.outside
    assert edit.text == text
    assert edit.document == target.before + text + target.behind


@settings(max_examples=120, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.booleans())
def test_any_change_outside_is_told(target, other, as_diff):
    """Whatever document an edit makes: its surroundings are those of before, or it is told."""
    new = other.document
    assume(new != target.document)
    whole = (0, len(target.document))
    reply = (
        write_patch(target.document, new) if as_diff else write_block(target.document, whole, new)
    )
    edit = read_edit(reply, target)
    assert edit.text is not None
    kept = new.startswith(target.before) and new.endswith(target.behind)
    kept = kept and len(new) >= len(target.before) + len(target.behind)
    assert bool(edit.outside) is not kept
    if kept:
        assert target.before + edit.text + target.behind == new


ENV = PersonaCanvasEnv(register="tiny", split="all")
CASES = [
    (scenario, user)
    for place, scenario in enumerate(ENV.scenarios.shown)
    if place % 9 == 0 and scenario.kind not in ("question", "function")
    for user in (ENV.users[place % 6],)
]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_any_edit_outside_costs_all(case, data):
    """The best edit, and one character outside of it: nothing is left of the reward."""
    scenario, user = case
    best = ENV.oracle(scenario, user)
    target = scenario.passages["en"].target
    good = read_edit(best, target)
    assert ENV.score(best, scenario, user).reward > 0.9
    start = len(target.before)
    places = [*range(start), *range(len(good.document) - len(target.behind), len(good.document))]
    at = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from("xX .\n"))
    how = data.draw(st.sampled_from(("put in", "taken out", "replaced")))
    document = {
        "put in": good.document[:at] + letter + good.document[at:],
        "taken out": good.document[:at] + good.document[at + 1 :],
        "replaced": good.document[:at] + letter + good.document[at + 1 :],
    }[how]
    inside = document.startswith(target.before) and document.endswith(target.behind)
    assume(not inside)  # at the very edge it is the same as a change inside
    whole = write_block(target.document, (0, len(target.document)), document)
    for reply in (write_patch(target.document, document), whole):
        verdict = ENV.score(reply, scenario, user)
        assert verdict.reward == 0.0
        assert verdict.gates["outside_unchanged"] == 0.0


def test_the_whole_document_tidied_up_costs_all():
    """A reply that is the document with a change elsewhere repeats what stands outside."""
    target = target_of(
        "The first meeting was on 3 May 2026 in the hall.\n\n[[Red.]]\n\n"
        "The second meeting is on 4 June 2026 in the barn."
    )
    whole = target.document.replace("Red.", "Blue.")
    assert read_edit(whole, target).form == "whole document"
    tidied = whole.replace("3 May 2026", "2026-05-03")
    assert "repeated" in read_edit(tidied, target).outside


def test_drawn():
    drawn = draw_edit(block("two red three", "two blue three"), DOCUMENT)
    assert str(drawn) == "one\ntwo [-red-]{+blue+} three\nred\nfour"
    assert "\x1b[32mblue" in drawn.text(colours=True)
    outside = draw_edit(block("four", "<b>"), DOCUMENT)
    assert "![-four-]!{+<b>+}" in str(outside)
    assert "&lt;b&gt;" in outside._repr_html_()
    assert "<b>" not in outside._repr_html_()
    assert "(a text to search for stands there 0 times)" in str(
        draw_edit(block("no", "x"), DOCUMENT)
    )
