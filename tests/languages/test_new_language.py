"""A fourth language is one more folder of data: shown with a few lines of Portuguese.

A copy of the package (of links, but for the languages) gets a folder ``pt`` and nothing else, and a
fresh interpreter looks at it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = {
    "language.toml": """
name = "Portuguese"
order = 4
script = "latin"
reading_level = [4.6, 5.2]
""",
    "morphology.toml": """
dictionary = "pt"
letters = "ãõçâêôàáéíóú"
accents = ["ãõâêôàáéíóúç", "aoaeoaaeiouc"]
plurals = ["s"]
endings = '(?:ção|ções|mento|inho)\\Z'
[[inflections]]
endings = '(?:s|es|a|o|ou|aram)\\Z'
lemmas = ["", "o", "ar"]
""",
    "lexicon.toml": """
[phrases]
refusal = '''
não (?:posso|vou) ajudar
'''
confidence_words = '''
(?P<c70>provavelmente)
'''
apolgy = '''
desculpe
'''
[words]
function_words = '''
o os as um uma de do da dos das em no na que não por para com é são está e
'''
negator = 'não'
percent = 'por cento'
abbreviation = '''
exmo
'''
""",
    "complaints.toml": """
"length=brief" = ["Longo demais."]
factuality = ["Isso não responde."]
other = ["Pense nisto: {name}."]
""",
}

SCENARIO = """
category = "fact"
[families]
mar = "train"
[[scenario]]
id = "mare"
family = "mar"
[scenario.pt]
prompt = "O que causa as marés?"
answer = "É a Lua que as causa."
reference = [["Lua"]]
[scenario.en]
prompt = "What causes the tides?"
answer = "The Moon causes them."
reference = [["Moon"]]
"""

PROBE = """
import json, sys
from pathlib import Path
import numpy as np
import persona_env
from persona_env import UserProfile, describe, detectors, load_scenarios, vector_names, user_vector
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.calibration.env import generators
from persona_env.envs.shared.oracle import oracle
from persona_env.errors import LanguageError, ScenarioError
from persona_env.languages import LANGUAGES, missing_parts
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.loader import read_scenario_file
from persona_env.text.dictionary import is_known
from persona_env.users.toml_format import parse_profile
from persona_env.users.words import in_words

def raised(function, *given):
    try:
        return repr(function(*given))
    except (LanguageError, ScenarioError) as error:
        return str(error)

reads = '[context]\\nlanguages = ["pt"]\\n'
user = parse_profile('id = "rui"\\n' + reads + '[preferences]\\nlanguage = "pt"')
(scenario,) = read_scenario_file(Path(sys.argv[1]))
env = PersonaChatEnv(profiles=[user], scenarios=[scenario], max_turns=3, register="tiny")
first, _ = env.reset(seed=0)
second, *_ = env.step("Não sei.")
names = vector_names()
good, bad = "É a Lua que as causa.", "The Moon causes them."
seen = persona_env.auditor.context.Seen(first, "pt")
said = {
    "file": persona_env.__file__,
    "languages": LANGUAGES,
    "reads": [name for name in names if name.startswith("reads=")],
    "axes": len(names),
    "vector": [name for name, value in zip(names, user_vector(user)) if value],
    "description": describe(user),
    "in_words": in_words(user),
    "prompts": [first["prompt"], second["prompt"]],
    "rewards": [env.score(reply, scenario, user).reward for reply in (good, bad)],
    "main": [detectors.language(text).main for text in (good, bad, "Me gusta el mar azul.")],
    "refusal": detectors.refusal("Não posso ajudar.").kind,
    "confidence": [detectors.confidence(t).value for t in ("Provavelmente.", "Probably.")],
    "percent": detectors.confidence("É provavelmente Lima, com 40 por cento de certeza.").value,
    "sentences": len(detectors.sentences("O Exmo. Rui chegou. Ele fala.")),
    "known": [is_known(word) for word in ("ação", "marés", "xqzt")],
    "unknown_languages": prompt_language(load_scenarios()[0], UserProfile(id="u")),
    "missing": missing_parts("pt"),
    "missing_in_es": missing_parts("es"),
    "audit": raised(seen.say, "refuse"),
    "oracle": raised(oracle, scenario, user),
    "generated": sorted(generators()["sum"][1][0].texts),
    "meets_generated": len(generators()["sum"][1].readable(user)),
    "nothing_to_ask": raised(lambda: PersonaChatEnv(profiles=[user])),
}
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What a fresh interpreter tells of a tree with one more language."""
    tree = tmp_path_factory.mktemp("tree")
    package = tree / "persona_env"
    package.mkdir()
    for source in (ROOT / "persona_env", ROOT):
        for path in source.iterdir():
            kept = source != ROOT or path.name in ("envs", "user_profiles", "agents")
            if kept and path.name not in ("languages", "__pycache__"):
                (package / path.name).symlink_to(path)
    (package / "languages").mkdir()
    for path in (ROOT / "persona_env" / "languages").iterdir():
        (package / "languages" / path.name).symlink_to(path)
    (package / "languages" / "pt").mkdir()
    for name, text in FOLDER.items():
        (package / "languages" / "pt" / name).write_text(text, encoding="utf-8")
    (tree / "fact.toml").write_text(SCENARIO, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tree / "fact.toml")],
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["file"] == str(package / "__init__.py")
    return found


def test_it_is_known_and_users_may_read_it(said):
    assert said["languages"] == ["en", "es", "zh", "pt"]
    assert said["description"] == "Reads Portuguese. Wants: reply in Portuguese."
    # Without sentences of its own it is told of in English.
    assert "The user reads Portuguese." in said["in_words"]
    assert said["in_words"].endswith(" Reply in Portuguese.")


def test_the_user_vector_grows_and_keeps_the_order_of_the_others(said):
    assert said["reads"] == ["reads=en", "reads=es", "reads=zh", "reads=pt"]
    assert said["axes"] == 74 + 2  # who reads it, and who wants it
    assert said["vector"] == ["language=pt", "reads=pt"]


def test_a_scenario_is_asked_answered_and_complained_about_in_it(said):
    assert said["prompts"] == ["O que causa as marés?", "Isso não responde."]
    good, bad = said["rewards"]
    assert good > 0.9 > 0.2 > bad


def test_its_words_and_phrases_are_read(said):
    assert said["main"] == ["pt", "en", "es"]
    assert said["refusal"] == "full"
    assert said["confidence"] == [0.7, 0.7]
    assert said["percent"] == 0.4
    assert said["sentences"] == 2
    assert said["known"] == [True, True, False]


def test_who_reads_anything_is_asked_as_before(said):
    assert said["unknown_languages"] == "en"


def test_what_is_missing_is_said(said):
    missing = "\n".join(said["missing"])
    assert "pt/audit.toml: no such file" in missing
    assert "pt/lexicon.toml [phrases]: no 'warm'" in missing
    assert "[phrases]: 'apolgy' is in no other language. Did you mean 'apology'?" in missing
    assert "pt/lexicon.toml [words]: no 'determiner'" in missing
    assert "pt/complaints.toml: no 'tone=warm'" in missing
    assert "no 'particle'" not in missing  # of Chinese alone
    assert said["missing_in_es"] == [
        "es/lexicon.toml [phrases]: no 'apolgy'",
        "es/complaints.toml: no 'language=pt'",
        "es/profile.toml [languages]: no 'pt'",
    ]


def test_where_something_is_missing_an_error_names_it(said):
    assert "languages/pt/audit.toml has no 'refuse'" in said["audit"]
    assert "envs/shared/languages has nothing in 'pt'; it has ['en', 'es', 'zh']" in said["oracle"]


def test_environments_keep_their_own_languages(said):
    assert said["generated"] == ["en", "es", "zh"]
    assert said["meets_generated"] == 0
    assert "user 'rui' reads ['pt'] and none of" in said["nothing_to_ask"]
