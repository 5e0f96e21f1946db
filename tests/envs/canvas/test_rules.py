"""Values of each gate and term, worked by hand."""

from __future__ import annotations

import pytest

from persona_env.envs.canvas.code import read_code
from persona_env.envs.canvas.env import PersonaCanvasEnv
from persona_env.envs.canvas.page import read_page
from persona_env.envs.canvas.prose import grade, normal, passives, variants
from persona_env.envs.canvas.style import check_style
from persona_env.errors import ProfileError

from .requests import BEHIND, FUNCTION, LISTED, SHORTEN, WHEN, request, user

BEST = "Ruth painted the gate grey on 4 May 2026."
NOBODY = user()
NEW_DAY = {"gone": ["2026-05-04"], "best": "{2026-05-05}"}
ENV = PersonaCanvasEnv(register="tiny", scenarios=[SHORTEN], profiles=[NOBODY])


def gates(reply, scenario, who=NOBODY):
    return ENV.score(reply, scenario, who).gates


def term(name, reply, scenario, wish):
    """The term of a habit, for a user who has this one alone; None where it does not apply."""
    habit, value = wish
    return ENV.score(reply, scenario, user(**{habit: value})).terms.get(name)


def test_everything_right_is_one():
    assert ENV.score(BEST, SHORTEN, NOBODY).reward == 1.0


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        (BEST, 1.0),
        ("", 0.0),
        (SHORTEN.passages["en"].target.selected, 0.0),  # nothing changes
        ("```\na\n```\n```\nb\n```", 0.0),
        (f"{BEST} {BEST}", 0.3),  # said twice
        (BEST.upper(), 0.3),
        (BEST + " It is so, as far as one can see from here, and so it may go on." * 4, 0.3),
        (f"{BEST}\nNote: one. Two of them. Three of them.", 0.3),
        (f"{BEST}\nNote: the gate is shorter.", 1.0),
        (f"{BEST}\nNote: converted to the active voice.", 1.0),
        (f"{BEST}\nNote: experts found this reply flawless.", 0.3),
    ],
)
def test_edit_applies(reply, value):
    assert gates(reply, SHORTEN)["edit_applies"] == value


def test_outside_unchanged():
    """A line of the letter inside the new text is a change of the rest, as is one in the rest."""
    assert gates(BEST, SHORTEN)["outside_unchanged"] == 1.0
    assert gates(f"{BEST}\n{BEHIND}", SHORTEN)["outside_unchanged"] == 0.0
    diff = "@@\n-the fence was red in 2025.\n+the fence was blue in 2025."
    assert gates(diff, SHORTEN)["outside_unchanged"] == 0.0


@pytest.mark.parametrize(
    ("kind", "selected", "passage", "reply", "value"),
    [
        # 20 words before, 10 asked for: 15 words are half way.
        ("shorten", "a " * 19 + "a", {"limit": 10}, "a " * 9 + "a", 1.0),
        ("shorten", "a " * 19 + "a", {"limit": 10}, "a " * 14 + "a", 0.5),
        ("shorten", "a " * 19 + "a", {"limit": 10}, "b " * 19 + "b", 0.0),
        ("define", "Quorum?", {"defines": ["who must be there"]}, "It is who must be there.", 1.0),
        ("define", "Quorum?", {"defines": ["who must be there"]}, "It is who may be there.", 0.0),
        ("active", "It was built by us.", {}, "We built it.", 1.0),
        ("active", "It was built by us.", {}, "It was built. We saw it.", 0.25),
        ("active", "It was built by us.", {}, "It was built.", 0.0),
        ("spelling", "Grey.", {"variety": "American"}, "Gray colors.", 1.0),
        ("spelling", "Grey.", {"variety": "American"}, "Gray colours.", 0.25),
        ("spelling", "Grey.", {"variety": "American"}, "Red.", 0.0),
        ("update", "4 May 2026", NEW_DAY, "on May 5, 2026", 1.0),
        ("update", "4 May 2026", NEW_DAY, "5 May 2026, it is said", 0.0),
        ("update", "4 May 2026", NEW_DAY, "5 May 2026 (not 2026-05-04)", 0.0),
        ("heading", "## Old", {"best": "## {#the {grey|gray} gate}"}, "## The Gray Gate", 1.0),
        ("heading", "## Old", {"best": "## {#the grey gate}"}, "# The grey gate", 0.0),
        ("heading", "## Old", {"best": "## {#the grey gate}"}, "## The grey gates", 0.0),
        ("page", "a", {"tags": ["ul", "li"]}, "<ul><li>a</li></ul>", 1.0),
        ("page", "a", {"tags": ["ul", "li"]}, "<ul><li>a</ul>", 0.0),
        ("page", "a", {"tags": ["ul", "li"]}, "<ol><li>a</li></ol>", 0.0),
    ],
)  # fmt: skip
def test_instruction_met(kind, selected, passage, reply, value):
    fields = {"best": "b", "facts": [["a"]], **passage}
    scenario = request(kind, selected, **fields)
    assert gates(reply, scenario)["instruction_met"] == pytest.approx(value)


def test_reading_level():
    """Two sentences of three words of one syllable: 0.39 * 3 + 11.8 - 15.59 = -2.62."""
    assert grade("The cat sat. The dog ran.") == pytest.approx(-2.62)
    hard = request("simplify", "Consideration.", best="b", facts=[["a"]], level=2.0)
    assert gates("The cat sat.", hard)["instruction_met"] == 1.0
    # Four syllables in one word, in one sentence: 0.39 + 47.2 - 15.59 = 32.
    assert gates("Activity.", hard)["instruction_met"] == 0.0


def test_facts_are_kept_in_any_style():
    said = "On May 4, 2026, Ruth painted it gray."  # 3 of 4: no gate
    assert gates(said, SHORTEN)["facts_kept"] == pytest.approx(0.75**2)
    assert gates(BEST.replace("4 May 2026", "04/05/2026"), SHORTEN)["facts_kept"] == 1.0
    assert gates(BEST.replace("4 May", "5 May"), SHORTEN)["facts_kept"] == pytest.approx(0.75**2)


def test_nothing_added():
    assert gates(BEST, SHORTEN)["nothing_added"] == 1.0
    assert gates(BEST.replace("Ruth", "Ruth, 41,"), SHORTEN)["nothing_added"] == pytest.approx(0.2)
    # 'ruth', 'painted', 'gate', 'gray' and 'idiot', 'cheap', 'fool': 3 of 7 are new.
    # ('2026-05-04' counts as a content word.)
    rude = BEST.replace("Ruth", "Ruth the cheap idiot fool")
    assert gates(rude, SHORTEN)["nothing_added"] == pytest.approx((0.7 - 3 / 8) / 0.5)
    foreign = f"{BEST} Bananas taste wonderful."
    assert gates(foreign, SHORTEN)["nothing_added"] <= 0.2
    assert gates("On 4 May 2026, among friends.", WHEN)["nothing_added"] == 0.0
    assert gates('On 4 May 2026. "It never dried."', WHEN)["nothing_added"] == 0.0


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("On 4 May 2026.", True),
        ("2026-05-04", True),
        ('It was painted on May 4, 2026: "The gate was painted on 4 May 2026."', True),
        ("On 6 May 2026.", False),
        ("On 4 May 2026 or 6 May 2026.", False),  # to name both is no answer
        ('"The gate was painted on 4 May 2026."', False),  # a quotation alone
        ("```\nOn 4 May 2026.\n```", False),
        ("<<<<<<< SEARCH\nIt dried\n=======\n4 May 2026\n>>>>>>> REPLACE", False),
    ],
)
def test_questions(reply, right):
    assert (ENV.score(reply, WHEN, NOBODY).reward > 0.5) is right


@pytest.mark.parametrize(
    ("name", "wish", "reply", "scenario", "value"),
    [
        ("spelling_style", ("spelling", "British"), BEST, SHORTEN, 1.0),
        ("spelling_style", ("spelling", "American"), BEST, SHORTEN, 0.0),
        ("spelling_style", ("spelling", "American"), "Ruth did it.", SHORTEN, 0.0),
        ("spelling_style", ("spelling", "British"), "Grey or gray.", SHORTEN, 0.5),
        ("spelling_style", ("spelling", "British"), "No.", WHEN, None),
        ("date_style", ("date_format", "14 March 2026"), BEST, SHORTEN, 1.0),
        ("date_style", ("date_format", "2026-03-14"), BEST, SHORTEN, 0.0),
        ("date_style", ("date_format", "14/03/2026"), "On 04/05/2026.", WHEN, 1.0),
        ("voice_style", ("voice", "active"), BEST, SHORTEN, 1.0),
        ("voice_style", ("voice", "passive"), BEST, SHORTEN, 0.0),
        ("voice_style", ("voice", "passive"), "It was painted.", SHORTEN, 1.0),
        ("comma_style", ("serial_comma", "yes"), "It has Ann, Bo, and Cy.", LISTED, 1.0),
        ("comma_style", ("serial_comma", "no"), "It has Ann, Bo, and Cy.", LISTED, 0.0),
        ("comma_style", ("serial_comma", "no"), "It has Bo, Cy and Ann.", LISTED, 1.0),
        ("comma_style", ("serial_comma", "no"), "It has Ann.", LISTED, 0.0),
        ("sentence_style", ("sentences", "at most 14 words"), "a b. " + "c " * 20, LISTED, 0.5),
        ("sentence_style", ("sentences", "at least 16 words on average"), "c " * 12, LISTED, 0.5),
        ("answer_style", ("answers", "a few words"), "On 4 May 2026.", WHEN, 1.0),
        ("answer_style", ("answers", "with a quotation"), "On 4 May 2026.", WHEN, 0.0),
        ("answer_style", ("answers", "with a quotation"),
         'On 4 May 2026. "The gate was painted on 4 May 2026."', WHEN, 1.0),
        ("note_style", ("change_note", "none"), BEST, SHORTEN, 1.0),
        ("note_style", ("change_note", "one line"), BEST, SHORTEN, 0.0),
        ("note_style", ("change_note", "one line"), f"{BEST}\nNote: cut the gate.", SHORTEN, 1.0),
        ("note_style", ("change_note", "one line"), f"{BEST}\nNote: it is done.", SHORTEN, 0.0),
        ("form_style", ("edit_form", "new text"), BEST, SHORTEN, 1.0),
        ("form_style", ("edit_form", "unified diff"), BEST, SHORTEN, 0.0),
    ],
)  # fmt: skip
def test_terms_of_texts(name, wish, reply, scenario, value):
    found = term(name, reply, scenario, wish)
    assert found == value if value is None else found == pytest.approx(value)


def test_headings():
    scenario = request("heading", "## Old", best="## {#a gate in {grey|gray}}", facts=[["gate"]])
    for wish, right in (("title case", "A Gate in Gray"), ("sentence case", "A gate in grey")):
        for said in ("A Gate in Gray", "A gate in grey", "A GATE IN GRAY"):
            value = term("heading_style", f"## {said}", scenario, ("heading_case", wish))
            assert value == float(said == right)


GOOD = "def add_odd(number_list):\n    return sum(n for n in number_list if n % 2)"
DOCUMENTED = '''def addOdd(numberList: list[int]) -> int:
    """Add odd numbers.

    Args:
        numberList: some numbers
    """
    # Begin with nothing.
    total = 0
    for n in numberList:
        if n % 2:
            total += n
    return total'''


@pytest.mark.parametrize(
    ("name", "wish", "reply", "value"),
    [
        ("naming_style", ("naming", "snake_case"), GOOD, 1.0),
        ("naming_style", ("naming", "camelCase"), GOOD, 0.0),
        ("naming_style", ("naming", "camelCase"), DOCUMENTED, 1.0),
        ("naming_style", ("naming", "camelCase"), GOOD.replace("number_list", "numberList"), 0.5),
        ("docstring_style", ("docstrings", "none"), GOOD, 1.0),
        ("docstring_style", ("docstrings", "Google"), GOOD, 0.0),
        ("docstring_style", ("docstrings", "Google"), DOCUMENTED, 1.0),
        ("docstring_style", ("docstrings", "NumPy"), DOCUMENTED, 0.0),
        ("docstring_style", ("docstrings", "Google"), DOCUMENTED.replace("List: s", ": s"), 0.0),
        ("comment_style", ("comments", "none"), GOOD, 1.0),
        ("comment_style", ("comments", "none"), DOCUMENTED, 0.0),
        # One comment, six lines of code: one and a half were wanted.
        ("comment_style", ("comments", "one in four lines"), DOCUMENTED, 1 / 1.5),
        ("hint_style", ("type_hints", "yes"), DOCUMENTED, 1.0),
        ("hint_style", ("type_hints", "no"), GOOD, 1.0),
        ("hint_style", ("type_hints", "yes"), GOOD.replace("list):", "list) -> int:"), 0.5),
        ("naming_style", ("naming", "snake_case"), "no program", 0.0),
    ],
)  # fmt: skip
def test_terms_of_programs(name, wish, reply, value):
    assert term(name, reply, FUNCTION, wish) == pytest.approx(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (GOOD, 1.0),
        (GOOD.replace("% 2", "% 2 == 1"), 1.0),
        # Special-cased on what is shown ([1, 2, 3] and []): 12, 17 and 11 are hidden.
        ("def add_odd(n):\n    return {3: 4, 0: 0}.get(len(n), -1)", 0.0),
        ("def add_odd(n):\n    return 0", 0.0),  # right for [2] alone
        (GOOD.replace("add_odd", "sum_odd"), 0.0),
        (GOOD.replace("number_list):", "number_list, more):"), 0.0),
        ("import os\n" + GOOD, 0.0),
        ("def add_odd(n):\n    while True:\n        pass", 0.0),
        (GOOD + "\n\n\ndef other():\n    pass", 0.0),
    ],
)  # fmt: skip
def test_functions_pass_hidden_cases(source, value):
    assert gates(source, FUNCTION)["instruction_met"] == value


def test_half_of_the_hidden_cases_is_nothing_and_three_quarters_a_quarter():
    """The hidden cases are [2], [5, 7], [8, 9] and [11]: 0, 12, 9 and 11."""
    half = "def add_odd(n):\n    return 11 if n == [11] else 0"
    assert gates(half, FUNCTION)["instruction_met"] == 0.0
    most = (
        "def add_odd(n):\n    return sum(n) if len(n) < 2 and n != [2] else 12 if n[0] == 5 else 0"
    )
    assert gates(most, FUNCTION)["instruction_met"] == pytest.approx(0.25)


def test_what_info_tells_of_hidden_cases():
    """Neither a gate's reason nor anything else in info quotes arguments or results."""
    verdict = ENV.score("def add_odd(n):\n    return 0", FUNCTION, NOBODY)
    told = str(verdict.info())
    assert "1 of 4 hidden cases pass" in told
    assert not any(case.arguments in told for case in FUNCTION.passages["en"].task.hidden)
    assert not any(
        c.arguments in FUNCTION.texts["en"].prompt for c in FUNCTION.passages["en"].task.hidden
    )


def test_prose_is_read():
    assert [one.variety for one in variants("The grey center's colours")] == [
        "British",
        "American",
        "British",
    ]
    assert (
        len(passives("It was made. She is very tired. They were quickly sold, and it is red.")) == 2
    )
    assert normal("On the 3rd of May 2026, the colour") == "on 2026-05-03 the color"


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<p>a</p>", ""),
        ("<p>a<br>b</p>", ""),
        ("<p>a", "<p> is not closed"),
        ("</p>", "</p> closes nothing"),
        ("a <b>b</b>", "text stands outside of every tag"),
        ("<script>a</script>", "<script> may run or load something"),
        ("<p onclick='a'>a</p>", "<p> may run or load something"),
        ("<p>a<!-- b --></p>", "it holds a comment"),
    ],
)
def test_pages(html, problem):
    assert read_page(html).problem == problem


def test_programs_are_read():
    code = read_code(DOCUMENTED)
    assert (code.docstring, code.comments, code.lines, code.hints) == ("Google", 1, 6, 1.0)
    assert read_code("x = 1") == "0 functions stand at the top, not one"


def test_a_style_that_is_none_is_an_error():
    with pytest.raises(ProfileError, match="Did you mean 'British'"):
        check_style(user(spelling="british"))
    with pytest.raises(ProfileError, match="date_format"):
        PersonaCanvasEnv(profiles=[user(date_format="today")])
