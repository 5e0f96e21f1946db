"""The scenarios as data: how many, how split, and whether each keeps its own promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from persona_env import Scenario, load_scenarios
from persona_env.detectors import asserted, find, support
from persona_env.envs.chat.env import CATEGORIES, PersonaChatEnv
from persona_env.errors import ScenarioError, UnknownNameError
from persona_env.languages import LANGUAGES
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.loader import languages_of, read_scenario_file
from persona_env.scenarios.pools import ListPool
from persona_env.scenarios.schema import ScaryType

ROOT = Path(__file__).parents[2]
ALL = load_scenarios()
CHAT = {"know_how", "fact", "safe_scary", "hazard", "opinion", "settled", "uncertain", "capability",
        "ambiguous", "code_switched", "premise", "secrets", "creative"}  # fmt: skip
REFUSAL = load_scenarios(folder="refusal")
TEXTS = [(s, language, text) for s in (*ALL, *REFUSAL) for language, text in s.texts.items()]
OWN = (
    "answer",
    "general",
    "reason",
    "alternative",
    "care",
    "both",
    "unknown",
    "cannot",
    "question",
    "support",
)


def own_sentences(text):
    said = [getattr(text, name) for name in OWN if getattr(text, name)]
    return [*said, *text.plain, *text.expert, *(option.view for option in text.options)]


def test_how_many():
    assert len(ALL) >= 240
    counts = Counter(s.category for s in ALL)
    assert len(counts) >= 12
    assert set(counts) == CHAT == {category.name for category in CATEGORIES}
    assert min(n for name, n in counts.items() if name != "creative") >= 14


def test_every_scary_type():
    counts = Counter(s.scary_type for s in ALL if s.category == "safe_scary")
    assert set(counts) == set(get_args(ScaryType))
    assert len(counts) == 10
    assert all(s.hazard.level == "none" for s in ALL if s.scary_type)


def test_every_level_of_hazard_in_both_splits():
    for split in ("train", "heldout"):
        levels = {s.hazard.level for s in load_scenarios(split, "hazard")}
        assert levels == {"caution", "restricted", "forbidden", "crisis"}
    for s in ALL:
        if s.hazard.level == "restricted":
            assert s.hazard.may_know, s.id
        if s.hazard.level == "forbidden":
            assert not s.hazard.may_know, s.id


def test_a_crisis_has_a_supportive_text_that_cares_and_names_help_in_no_fixed_country():
    crises = [s for s in ALL if s.hazard.level == "crisis"]
    assert crises
    for text in (text for s in crises for text in s.texts.values()):
        read = support(text.support)
        assert read.cares, text.support
        assert read.ways, text.support
        assert not any(character.isdigit() for character in text.support)


@pytest.mark.parametrize(("level", "said"), [("crisis", ""), ("caution", "You are not alone.")])
def test_support_belongs_to_a_crisis(level, said):
    text = {"prompt": "?", "answer": "!", "support": said}
    with pytest.raises(ValueError, match="'support' in every language"):
        Scenario(
            id="x", family="x", split="train", category="x", texts={"en": text},
            hazard={"level": level},
        )  # fmt: skip


def test_ids_and_prompts_are_unique():
    assert len({s.id for s in ALL}) == len(ALL)
    prompts = Counter(text.prompt for _, _, text in TEXTS)
    assert not [p for p, n in prompts.items() if n > 1]


def test_the_split_is_by_family():
    splits = {}
    for s in ALL:
        splits.setdefault(s.family, set()).add(s.split)
    assert not [family for family, found in splits.items() if len(found) > 1]
    for category in CHAT:
        assert {s.split for s in load_scenarios(category=category)} == {"train", "heldout"}


def test_heldout_texts_are_not_in_the_training_split():
    said = {"train": set(), "heldout": set()}
    for s, _, text in TEXTS:
        said[s.split] |= {text.prompt, text.answer}
    assert not said["train"] & said["heldout"]


def test_languages():
    counts = languages_of(ALL)
    for s in ALL:
        assert "en" in s.texts or (set(s.texts) == {"zh"} and s.form.characters_per_line), s.id
    assert min(counts["es"], counts["zh"]) >= len(ALL) / 3


def test_reference_phrases_occur_in_the_answers():
    wrong = []
    for s, language, text in TEXTS:
        if s.tells_secret:
            assert text.reference == (("{secret}",),)
            continue
        wrong += [(s.id, language, p) for p in text.reference if not find(text.answer, p)]
    assert not wrong


def test_every_answer_has_a_reference():
    assert not [(s.id, lang) for s, lang, text in TEXTS if not (text.reference or text.options)]


def test_options_are_named_in_their_views_and_in_both():
    for s, language, text in TEXTS:
        for option in text.options:
            assert find(option.view, option.names), (s.id, language)
            assert find(text.both, option.names), (s.id, language)
        assert len(text.options) in ((2, 3) if s.category == "opinion" else (0,))


def test_each_detail_brings_its_point_in_both_registers():
    wrong = []
    for s, language, text in TEXTS:
        if text.points:
            assert len(text.points) == len(text.plain) == len(text.expert), (s.id, language)
        for point, plain, expert in zip(text.points, text.plain, text.expert, strict=False):
            wrong += [(s.id, language, p) for p in (plain, expert) if not find(p, point)]
    assert not wrong


def test_the_answer_alone_does_not_bring_every_point():
    given = [
        (s.id, language)
        for s, language, text in TEXTS
        if text.points and all(find(text.answer, point) for point in text.points)
    ]
    assert not given


def test_no_false_claim_in_own_text():
    wrong = [
        (s.id, language, sentence)
        for s, language, text in TEXTS
        for sentence in own_sentences(text)
        if asserted(sentence, text.false)
    ]
    assert not wrong


def test_what_may_be_told_in_part_tells_nothing_else():
    """A partial answer holds the gist, and neither it nor a refusal holds the answer."""
    for s, language, text in TEXTS:
        told = [text.general, text.reason, text.alternative]
        if s in REFUSAL and s.hazard.level in ("caution", "restricted"):
            assert text.gist, (s.id, language)
            assert all(find(text.general, point) for point in text.gist), (s.id, language)
            assert not [p for p in text.reference if find("\n".join(told), p)], (s.id, language)


def test_false_claims_where_errors_are_the_point():
    for category in ("settled", "premise"):
        for s in load_scenarios(category=category):
            assert all(text.false for text in s.texts.values()), s.id


def test_texts_are_clean():
    for s, language, text in TEXTS:
        for part in (text.prompt, *own_sentences(text)):
            assert part.strip(" ") == part, (s.id, language, part)
            assert part
            if not s.form.lines:
                assert "\n" not in part
        script = any("\u4e00" <= c <= "\u9fff" for c in text.answer)
        assert script == (language == "zh"), (s.id, language)


def test_chances_are_told_apart():
    chances = {s.chance for s in load_scenarios(category="uncertain")}
    assert min(chances) < 0.3
    assert max(chances) > 0.7


def test_secrets_are_told_and_kept():
    for split in ("train", "heldout"):
        assert {s.tells_secret for s in load_scenarios(split, "secrets")} == {True, False}


def test_no_stand_in_but_in_the_phrase_bank():
    """The library holds no operational detail; what stands for it is written in one place."""
    files = [
        p
        for folder in ("envs", "persona_env", "user_profiles")
        for p in (ROOT / folder).rglob("*.toml")
    ]
    assert len(files) > 40
    found = {str(p.relative_to(ROOT)) for p in files if "[withheld]" in p.read_text("utf-8")}
    assert found == {f"envs/shared/languages/{code}.toml" for code in LANGUAGES}


# --- classics -----------------------------------------------------------------------------------


def prompts_with(word):
    return {s.id for s, _, text in TEXTS if word in text.prompt}


def one(name) -> Scenario:
    (found,) = [s for s in ALL if s.id == name]
    return found


def test_classics():
    taiwan = one("highest-mountain-taiwan")
    assert "3952" in taiwan.text("en").reference[1]
    assert "Yushan" in taiwan.text("en").reference[0]
    assert "Xueshan" in taiwan.text("en").false
    assert one("gunpowder").hazard.level == "restricted"
    assert "explosives" in one("gunpowder").hazard.may_know
    assert one("toy-gun").hazard.level == "none"
    assert one("toy-gun").scary_type == "safe_targets"
    assert one("doctorate-or-job").category == "opinion"
    assert {"doctorate", "job"} <= {
        n for o in one("doctorate-or-job").text("en").options for n in o.names
    }
    quatrains = [s for s in ALL if s.form.characters_per_line == 7]
    assert quatrains
    for quatrain in quatrains:
        lines = quatrain.text("zh").answer.split()
        assert quatrain.form.lines == 4
        assert [len(line) for line in lines] == [7] * 4
    assert prompts_with("poem of")
    titles = [s for s in ALL if s.form.max_words]
    assert titles
    assert all(s.category == "creative" for s in titles)


# --- choosing and reading -----------------------------------------------------------------------


def test_by_split_and_category():
    assert {s.category for s in load_scenarios("train", "fact")} == {"fact"}
    assert len(load_scenarios("train")) + len(load_scenarios("heldout")) == len(ALL)
    with pytest.raises(UnknownNameError, match="Did you mean 'hazard'"):
        load_scenarios(category="hazzard")
    with pytest.raises(UnknownNameError, match="Did you mean 'heldout'"):
        load_scenarios("held-out")


GOOD = """
category = "fact"
[families]
a = "train"
[[scenario]]
id = "one"
family = "a"
[scenario.en]
prompt = "Why?"
answer = "So."
"""


def load(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenario_file(path)


def test_a_file_of_ones_own(tmp_path):
    (found,) = load(tmp_path, GOOD)
    assert (found.id, found.family, found.split) == ("one", "fact/a", "train")
    with pytest.raises(ScenarioError, match=r"'one' has no text in 'es'; it has \['en'\]"):
        found.text("es")


def test_a_category_may_stand_at_each_scenario_alone(tmp_path):
    own = GOOD.replace('category = "fact"\n', "").replace(
        "[[scenario]]", '[[scenario]]\ncategory = "fact"'
    )
    assert load(tmp_path, own) == load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('family = "a"', 'family = "b"', ["'one'", "'b'", "['a']"]),
        ('family = "a"', "", ["'one'", "has no family", "[families]"]),
        ('category = "fact"\n', "", ["'one'", "has no category", "at the top of the file"]),
        ('prompt = "Why?"', 'promt = "Why?"', ["'one'", "promt", "texts.en"]),
        ('prompt = "Why?"', "prompt = 3", ["'one'", "texts.en.prompt", "3"]),
        ('category = "fact"', 'category = "facts"', ["category", "'facts'", "mean 'fact'"]),
        ('category = "fact"', 'category = "hazard"', ["'one'", "'general'", "[en]"]),
        ('category = "fact"', 'category = "safe_scary"', ["'one'", "'scary_type'"]),
        ('category = "fact"', 'category = "capability"', ["'one'", "'cannot'"]),
        ('a = "train"', 'a = "trian"', ["'one'", "split", "trian"]),
        ("[scenario.en]", "[scenario.fr]", ["'one'", "fr"]),
        ('id = "one"\n', 'id = "one"\nchance = 1.5\n', ["'one'", "chance", "1.5"]),
        ('id = "one"\n', "", ["id"]),
        ('id = "one"\n', 'id = "one', ["line 6"]),
        ('answer = "So."', 'answer = "So."\nreference = [[]]', ["'one'", "reference"]),
        ("[families]", "[familys]", ["'familys'", "Did you mean 'families'?"]),
        ("[[scenario]]", "[scenario]", ["'scenario' must be a list, not dict"]),
        ("[[scenario]]", "[[scenarios]]", ["'scenarios'", "Did you mean 'scenario'?"]),
        ('family = "a"', "family = 3", ["'one'", "family 3"]),
        ("[scenario.en]", "en = 3\n[other]", ["'other'"]),
    ],
    ids=str,
)
def test_a_wrong_file_names_file_scenario_and_key(tmp_path, old, new, parts):
    assert old in GOOD
    with pytest.raises(ScenarioError) as raised:
        load(tmp_path, GOOD.replace(old, new))
    for part in (str(tmp_path / "mine.toml"), *parts):
        assert part in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [[scenario]]"),
        ('category = "fact"', "no [[scenario]]"),
        ("scenario = [1]", "must be a table"),
        (f"{GOOD}[[scenario]]{GOOD.partition('[[scenario]]')[2]}", "has the id ['one']"),
    ],
)
def test_a_file_without_scenarios_or_with_one_twice(tmp_path, text, said):
    with pytest.raises(ScenarioError) as raised:
        load(tmp_path, text)
    assert "mine.toml" in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_file_as_windows_writes_it(tmp_path, code):
    path = tmp_path / "mine.TOML"
    path.write_bytes(GOOD.replace("So.", "Así.").replace("\n", "\r\n").encode(code))
    if code == "utf-8-sig":
        assert read_scenario_file(path)[0].text("en").answer == "Así."
        return
    with pytest.raises(ScenarioError, match=r"mine\.TOML: not UTF-8"):
        read_scenario_file(path)


# --- scenarios of one's own in an environment -----------------------------------------------------

BOTH = """
category = "fact"
[families]
old = "train"
new = "heldout"
[[scenario]]
id = "one"
family = "old"
[scenario.en]
prompt = "Is tea hot?"
answer = "Yes."
[[scenario]]
id = "two"
family = "new"
[scenario.en]
prompt = "Is ice cold?"
answer = "Yes."
"""


@pytest.fixture
def both(tmp_path):
    path = tmp_path / "both.toml"
    path.write_text(BOTH, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("split", "ids"), [("train", ["one"]), ("heldout", ["two"]), ("all", ["one", "two"])]
)
def test_the_split_holds_for_scenarios_of_ones_own(both, split, ids):
    for given in ([both], [str(both)], read_scenario_file(both)):
        env = PersonaChatEnv(profiles=["sam"], scenarios=given, split=split)
        assert [scenario.id for scenario in env.scenarios] == ids


def test_a_file_stands_beside_names(both):
    env = PersonaChatEnv(profiles=["sam"], scenarios=["fact", both], split="heldout")
    assert {scenario.split for scenario in env.scenarios} == {"heldout"}
    assert env.scenarios.find("two") is not None
    assert len(env.scenarios) == len(load_scenarios("heldout", "fact")) + 1


def test_own_scenarios_of_the_other_split_alone_are_an_error(both):
    (one, _) = read_scenario_file(both)
    with pytest.raises(ScenarioError, match=r"none of the 1 .* split 'heldout' .*'train'"):
        PersonaChatEnv(profiles=["sam"], scenarios=[one], split="heldout")


def test_a_part_of_the_other_split_is_an_error_that_says_so(monkeypatch):
    every = tuple(s for s in load_scenarios() if s.category != "fact" or s.split == "train")
    monkeypatch.setattr(
        PersonaChatEnv,
        "bundled",
        lambda self, split: ListPool([s for s in every if split in ("all", s.split)]),
    )
    assert len(PersonaChatEnv(scenarios=["fact"]).scenarios)
    with pytest.raises(ScenarioError, match="'fact' has no scenario of split 'heldout'"):
        PersonaChatEnv(scenarios=["fact"], split="heldout")


def test_two_scenarios_with_one_id_are_an_error(both):
    (one, two) = read_scenario_file(both)
    other = two.model_copy(update={"id": "one", "split": "train"})
    with pytest.raises(ScenarioError, match="two scenarios with the id 'one'"):
        PersonaChatEnv(profiles=["sam"], scenarios=[one, other])
    assert len(PersonaChatEnv(profiles=["sam"], scenarios=[one, one]).scenarios) == 1


def test_users_of_the_same_languages_share_what_they_can_ask():
    env = PersonaChatEnv(profiles=["sam", "nora", "wei"])
    sam, nora, wei = (pool for _, pool in env.cases.values())
    assert sam is nora
    assert wei is not sam
    assert [s.id for s in wei] == [
        s.id for s in env.scenarios if prompt_language(s, env.users[2]) is not None
    ]


def test_a_missing_file(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.toml"):
        read_scenario_file(tmp_path / "none.toml")
