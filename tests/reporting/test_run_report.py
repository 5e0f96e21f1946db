"""The report of a hand-made run folder."""

import html
import json
import re
from html.parser import HTMLParser
from importlib import import_module

import gymnasium as gym
import pytest

from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import evaluate
from persona_env.registration import make_agent
from persona_env.reporting import run_figures
from persona_env.reporting.measures import meaning_of, own_meaning_of
from persona_env.reporting.run_data import results_data
from persona_env.reporting.run_folder import read_run_folder
from persona_env.reporting.run_matrix import cell
from persona_env.reporting.run_report import write_report

CELL = r'<td( class="own")? style="background:(#\w{6});color:(#\w{3})"[^>]*>(\d+)<'
BUNDLED = (
    "PersonaRefusal-v0", "PersonaCapability-v0", "PersonaOpinion-v0",
    "PersonaCalibration-v0", "PersonaTitle-v0",
)  # fmt: skip
VOID = {"meta", "img", "br"}


def mean(value, se=0.01):
    return {"mean": value, "se": se, "n": 4}


def judged(reward, users=("wei", "ana", "ben")):
    matrix = [[reward if own == other else reward / 3 for other in users] for own in users]
    return {
        "reward": mean(reward),
        "blind": mean(0.5),
        "oracle": mean(1.0),
        "gain": mean(2 * reward - 1, None),
        "per_category": {"fact": mean(reward), "know_how": mean(reward, None)},
        "per_user": {user: mean(reward) for user in users},
        "worst_user": users[0],
        "users": list(users),
        "matrix": matrix,
        "own_best": [True, True, False],
        "identity_gap": 0.0,
        "words": mean(12.0),
        "replies": [],
    }


def answered(user, before, after):
    return {
        "user": user,
        "profile": "Adult. Wants: brief & <b>.",
        "before": before,
        "before_reward": 0.25,
        "after": after,
        "after_reward": 0.875,
        "before_explained": ["reward    0.250", "  term length  0.00  weight 1  0 words"],
        "after_explained": ["reward    0.875", "  term length  1.00  weight 1  3 words"],
    }


EXAMPLES = [
    {
        "prompt": "怎样煮米饭才不会粘？",
        "scenario": "fluffy-rice",
        "category": "know_how",
        "users": [
            answered("wei", "", "先把大米洗干净，再煮。"),
            answered("ana", "I do not know.", "<script>alert('$x')</script> & rinse the rice"),
            answered("ben", "No.", "Lava el arroz antes de cocerlo en la olla."),
        ],
    }
]


@pytest.fixture
def run_dir(tmp_path):
    folder = tmp_path / "demo"
    (folder / "policy").mkdir(parents=True)
    run = {
        "options": {"env": "PersonaChat-v0", "steps": 200, "profiles": None},
        "seconds": 12.5,
        "steps": 200,
        "parameters": 1_000_000,
        "versions": {"python": "3.11"},
        "command": "persona-env train --steps 200",
        "command_seconds": 30.0,
    }
    reports = {"before": 0.4, "after": 0.8, "before_heldout": 0.3, "after_heldout": 0.7}
    files = {"run": run, "examples": EXAMPLES, **{k: judged(v) for k, v in reports.items()}}
    for name, value in files.items():
        text = json.dumps(value, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    (folder / "curve.csv").write_text(
        "step,seconds,reward,reward_sd,kl,entropy,length,cut\n"
        "100,6,0.4,0.2,,1.2,20,0.1\n200,12,0.8,0.1,0.02,1.0,18,0.0\n",
        encoding="utf-8",
    )
    return folder


class Page(HTMLParser):
    """Every tag closes in order; headings, pictures and languages are kept."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.images, self.languages = [], [], [], set()
        self.ids, self.links, self.folds = [], [], 0
        self.said = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.folds += tag == "details"
        self.ids += [known["id"]] if "id" in known else []
        self.links += [known["href"]] if tag == "a" else []
        if tag == "img":
            self.images.append(known)
        if "lang" in known:
            self.languages.add(known["lang"])
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1:]))

    def handle_data(self, data):
        self.said.append(data)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_report_is_one_page_that_needs_nothing_else(run_dir):
    path = write_report(run_dir)
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert path == run_dir / "report.html"
    assert "http" not in text.replace("http-equiv", "")
    assert "<script" not in text
    assert "<link" not in text
    assert len(page.images) == 1
    assert "url(" not in text
    assert "@import" not in text
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.images)
    assert all(image["alt"] for image in page.images)
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert page.languages == {"en", "es", "zh"}
    assert "Left out" not in text


def test_numbers_stand_in_the_headline(run_dir):
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "<strong>0.400 → 0.800</strong> reward" in text
    assert "<strong>40% → 80%</strong> share of the oracle" in text
    assert "0.800 ± 0.010" in text
    assert "2 of 3" in text
    assert "+0.400" in text
    assert "<strong>0.300 → 0.700</strong> reward" in text  # the held-out users, apart
    assert text.index("Users of the training") < text.index("Held-out users")


def test_what_people_and_policies_write_is_escaped(run_dir):
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(&#39;$x&#39;)&lt;/script&gt; &amp; rinse the rice" in text
    assert "brief &amp; &lt;b&gt;" in text
    assert 'lang="zh">怎样煮米饭才不会粘？' in text
    assert "(nothing)" in text  # an empty reply


def test_no_text_of_a_run_becomes_markup(run_dir):
    """Names, options and wishes are text wherever they stand; so are those in attributes."""
    odd = "<b>\"x' & {{ 7 * 7 }}</b>"
    edit(run_dir / "run.json", options={"env": odd, odd: odd}, versions={odd: 1}, command=odd)
    users = [
        {
            **answered(odd, odd, odd),
            "profile": odd,
            "before_explained": ["", odd],
            "after_explained": ["", odd],
        }
    ]
    shown = [{"prompt": odd, "scenario": odd, "category": odd, "users": users}]
    (run_dir / "examples.json").write_text(json.dumps(shown), encoding="utf-8")
    report = judged(0.5, users=(odd, "ana", "ben")) | {"reader": odd, "coverage": mean(0.9)}
    report |= {"measures": {odd: mean(0.5)}, "undefined": {"gain": odd}}
    (run_dir / "after.json").write_text(json.dumps(report), encoding="utf-8")
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "<b>" not in text
    page = Page(text)
    assert "".join(page.said).count(odd) >= 20


def test_contents_lead_to_every_section_and_sections_fold(run_dir):
    page = Page(write_report(run_dir).read_text(encoding="utf-8"))
    assert page.links == [f"#{name}" for name in page.ids]
    assert page.ids == [
        "learnt", "examples", "curve", "matrices", "details", "limits", "run", "use",
    ]  # fmt: skip
    assert page.folds == len(page.ids) + len(EXAMPLES)


def test_each_measure_is_explained_where_it_stands(run_dir):
    own = {"brier": mean(0.2), "style_reason": mean(0.5), "mine": mean(0.1)}
    edit(run_dir / "after.json", measures=own, reader="rules+heads", coverage=mean(0.75))
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    shown = run_figures.measures(json.loads((run_dir / "after.json").read_text("utf-8")))
    for name in shown:
        says, formula = meaning_of(name)
        assert html.escape(says, quote=True).replace("&#x27;", "&#39;") in text, name
        assert html.escape(formula) in text, name
    assert own_meaning_of("brier").says in text
    assert "The share in which the style is &#39;reason&#39;." in text
    assert own_meaning_of("mine") is None
    assert "read by rules+heads" in text
    assert "The rewards are rules" not in text


@pytest.mark.parametrize("name", BUNDLED)
def test_the_own_measures_of_bundled_environments_are_explained(name):
    base = gym.make(name, register="tiny", split="train").unwrapped
    found = set(evaluate(make_agent("oracle", base), base, 60).measures)
    assert found
    assert {one for one in found if own_meaning_of(one) is None} == set()


def test_the_matrix_is_a_table_with_numbers_and_the_own_user_marked(run_dir):
    text = write_report(run_dir).read_text(encoding="utf-8")
    tables = re.findall(r'<table class="matrix">.*?</table>', text, re.DOTALL)
    assert len(tables) == 4
    rows = re.findall(r"<tr><th scope=\"row\">(\w+)</th>(.*?)</tr>", tables[1], re.DOTALL)
    assert [name for name, _ in rows] == ["wei", "ana", "ben"]
    for place, (_, cells) in enumerate(rows):
        values = re.findall(CELL, cells)
        assert [int(value) for *_, value in values] == [80 if i == place else 27 for i in range(3)]
        assert [bool(own) for own, *_ in values] == [i == place for i in range(3)]
        assert all(contrast(paper, ink) >= 4.5 for _, paper, ink, _ in values)
    assert re.findall(r'class="best">(\w+)<', tables[1]) == ["yes", "yes", "no"]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The ratio of WCAG 2; 4.5 is asked of text."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_every_number_is_legible_on_its_colour():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    for hundredths in range(101):
        shown = cell(hundredths / 100, "a", "b")
        assert contrast(shown.paper, shown.ink) >= 4.5, hundredths
    assert cell(None, "a", "b").text == "–"


def test_a_matrix_that_is_not_known_is_no_number(run_dir):
    edit(run_dir / "after.json", matrix=[[None] * 3] * 3, own_best=[False] * 3)
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "every reward term is batched" in text
    assert text.count(">–</td>") == 9


def test_the_command_and_the_reasons_before_and_after_are_shown(run_dir):
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert text.count("<pre>persona-env train --steps 200</pre>") == 2
    assert text.count("<li>term length 0.00 weight 1 0 words</li>") == 3
    assert text.count("<li>term length 1.00 weight 1 3 words</li>") == 3
    assert "mean reward 0.25 → 0.88" in text


def test_the_numbers_in_short_are_those_of_the_files(run_dir):
    told = run_figures.results(read_run_folder(run_dir))
    assert told.table.rows == (
        ("reward", "users of the training", "0.400 ± 0.010", "0.800 ± 0.010"),
        ("reward", "held-out users", "0.300 ± 0.010", "0.700 ± 0.010"),
        ("gain", "users of the training", "-0.200", "0.600"),
        ("gain", "held-out users", "-0.400", "0.400"),
        ("own user best", "users of the training", "2 of 3 rows", "2 of 3 rows"),
        ("own user best", "held-out users", "2 of 3 rows", "2 of 3 rows"),
        ("minutes", "training", "", "0.2"),
        ("minutes", "this command in all", "", "0.5"),
    )
    assert told.notes == ()


def test_an_undefined_gain_is_a_word_with_its_reason(run_dir):
    why = "the reference replies are written in the tiny register"
    for name in ("before", "after"):
        edit(run_dir / f"{name}.json", undefined={"gain": why}, gain={"mean": None})
    (run_dir / "before_heldout.json").unlink()
    told = run_figures.results(read_run_folder(run_dir))
    assert told.table.rows[2:4] == (
        ("gain", "users of the training", "undefined", "undefined"),
        ("gain", "held-out users", "-", "0.400"),
    )
    assert told.notes == (f"gain undefined: {why}",)


def test_references_that_are_not_known_and_a_worst_user_that_is_none_are_left_out(run_dir):
    for name in ("before", "after"):
        edit(run_dir / f"{name}.json", blind={"mean": None}, oracle={"mean": None}, worst_user="")
    figures = run_figures.measures(json.loads((run_dir / "after.json").read_text("utf-8")))
    assert figures["worst user"] == "all the same"
    assert not {"oracle reference", "user-blind reference"} & set(figures)
    write_report(run_dir)


def test_the_same_folder_gives_the_same_report(run_dir):
    first = write_report(run_dir).read_bytes()
    assert write_report(run_dir).read_bytes() == first


@pytest.mark.parametrize(
    "name",
    ["examples.json", "curve.csv", "before.json", "after.json", "after_heldout.json"],
)
def test_a_missing_file_is_left_out_with_a_line(run_dir, name):
    (run_dir / name).unlink()
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    assert f"Left out: no {name}" in text


def test_where_no_user_is_held_out_the_page_says_so(run_dir):
    for name in ("before_heldout.json", "after_heldout.json"):
        (run_dir / name).unlink()
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert text.count("No user is held out") == 2
    assert "Left out" not in text


def test_the_command_that_judges_again_has_the_users_and_rewards_of_the_run(run_dir):
    run = json.loads((run_dir / "run.json").read_text("utf-8"))
    run["options"] |= {"profiles": ["ana.toml", "ben.toml"], "imports": ["mine"], "gates": []}
    (run_dir / "run.json").write_text(json.dumps(run), encoding="utf-8")
    text = html.unescape(write_report(run_dir).read_text(encoding="utf-8"))
    assert "/policy --profiles ana.toml,ben.toml --gates '' --import mine</pre>" in text


def test_results_are_told_as_plain_values(run_dir):
    found = json.loads(json.dumps(results_data(run_dir)))
    assert found["report"] == str(run_dir / "report.html")
    assert found["options"]["env"] == "PersonaChat-v0"
    assert [*found["groups"]] == ["users of the training", "held-out users"]
    both = found["groups"]["held-out users"]
    assert [both[when]["reward"]["mean"] for when in ("before", "after")] == [0.3, 0.7]
    assert "replies" not in both["before"]


def test_the_run_alone_is_enough(run_dir):
    for path in run_dir.iterdir():
        if path.is_file() and path.name != "run.json":
            path.unlink()
    (run_dir / "policy").rmdir()
    (run_dir / "run.json").write_text("{}", encoding="utf-8")
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    assert "Left out: no policy" in text
    assert "<pre>persona-env eval --env PersonaChat-v0 --agent" in text


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(PersonaEnvError, match=r"no run.json in .*nowhere"):
        write_report(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["run.json", "examples.json", "curve.csv"])
def test_a_broken_file_is_named(run_dir, name):
    (run_dir / name).write_text("step,reward\n{x,{", encoding="utf-8")
    with pytest.raises(PersonaEnvError, match=name):
        write_report(run_dir)


def edit(path, **changes):
    found = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**found, **changes}), encoding="utf-8")


def test_a_figure_that_is_not_defined_has_its_reason(run_dir):
    why = "the reference replies do not know the reward terms mine"
    undefined = {"normalised": why, "gain": why}
    gain = {"mean": None, "se": None, "n": 4}
    edit(run_dir / "after.json", undefined=undefined, gain=gain)
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    assert "<strong>40% → undefined</strong> share of the oracle" in text
    assert "<strong>-0.200 → undefined</strong> personalisation gain" in text
    assert text.count(f"undefined: {why}".replace("'", "&#39;")) == 2
    assert ">nan" not in text
    edit(run_dir / "before.json", undefined=undefined, gain=gain)
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "<strong>undefined</strong> personalisation gain" in text


def test_a_run_that_held_nothing_out_says_so(run_dir):
    said = "Judged on the scenarios of the training"
    assert said not in write_report(run_dir).read_text(encoding="utf-8")
    edit(run_dir / "run.json", held_out=True)
    assert said not in write_report(run_dir).read_text(encoding="utf-8")
    edit(run_dir / "run.json", held_out=False)
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    assert said in text


@pytest.mark.parametrize("count", [1, 2])
def test_examples_of_fewer_than_three_users_are_shown(run_dir, count):
    few = [{**EXAMPLES[0], "users": EXAMPLES[0]["users"][-count:]}]
    (run_dir / "examples.json").write_text(json.dumps(few), encoding="utf-8")
    text = write_report(run_dir).read_text(encoding="utf-8")
    Page(text)
    assert text.count('<section class="user">') == count
    assert "Lava el arroz" in text


def test_without_examples_the_report_does_not_miss_the_file(run_dir):
    (run_dir / "examples.json").write_text("[]", encoding="utf-8")
    text = write_report(run_dir).read_text(encoding="utf-8")
    assert "No user can ask any of the scenarios" in text
    assert "no examples.json" not in text


@pytest.mark.parametrize("name", ["run.json", "examples.json", "after.json", "curve.csv"])
def test_a_mark_before_the_text_is_skipped_and_another_encoding_named(run_dir, name):
    before = write_report(run_dir).read_bytes()
    path = run_dir / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")
    assert write_report(run_dir).read_bytes() == before
    path.write_text(text, encoding="utf-16")
    with pytest.raises(PersonaEnvError, match=rf"{name}: not UTF-8"):
        write_report(run_dir)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run.json", "[]", "expected a dict, not list"),
        ("examples.json", "{}", "expected a list, not dict"),
        ("examples.json", '[{"prompt": "x"}]', r"lacks \['category', 'scenario', 'users'\]"),
        ("after.json", "{}", r"lacks \['reward', "),
        ("curve.csv", "step,reward\n1,2", r"lacks \['reward_sd', 'kl'\]"),
    ],
)
def test_a_file_of_another_form_is_named(run_dir, name, content, said):
    (run_dir / name).write_text(content, encoding="utf-8")
    with pytest.raises(PersonaEnvError, match=f"{name}: {said}"):
        write_report(run_dir)


def test_what_the_report_says_to_import_is_there(run_dir):
    text = write_report(run_dir).read_text(encoding="utf-8")
    lines = re.findall(r"^from (persona_env\S*) import (\w+)$", text, re.MULTILINE)
    assert ("persona_env.agents.language_model", "load_agent") in lines
    for module, name in lines:
        assert name in vars(import_module(module))


def test_the_last_table_has_the_means_of_terms_of_ones_own(tmp_path):
    for name, score in (("before", 0.25), ("after", 0.75)):
        report = judged(0.5) | {"per_term": {"calm": mean(score), "tone": mean(0.1)}}
        (tmp_path / f"{name}.json").write_text(json.dumps(report), encoding="utf-8")
    (tmp_path / "run.json").write_text('{"own_terms": ["calm"]}', encoding="utf-8")
    found = read_run_folder(tmp_path)
    rows = run_figures.results(found).table.rows
    assert ("term calm", "users of the training", "0.250 ± 0.010", "0.750 ± 0.010") in rows
    assert not any("tone" in row[0] for row in rows)
    (table,) = [one for one in run_figures.details(found.groups[0]) if one.columns[0] == "term"]
    assert table.rows[0] == ("calm", "0.250 ± 0.010", "0.750 ± 0.010", "+0.500")
