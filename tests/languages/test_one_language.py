"""An environment in one language only: everything works, and who does not read it is told so."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import gymnasium as gym
import pytest

from persona_env import audit, evaluate, load_profiles, register_env
from persona_env.env import PersonaEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.shared.oracle import oracle
from persona_env.errors import ScenarioError
from persona_env.languages import language_data
from persona_env.registration import ENVIRONMENTS, make_agent
from persona_env.scenarios.loader import languages_of, read_scenario_file
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool
from persona_env.scenarios.templates import Template, load_templates, same
from persona_env.users.profile import UserProfile
from persona_env.vector import PersonaVectorEnv

SPANISH = {user.id for user in load_profiles() if "es" in user.context.languages}
OTHERS = {user.id for user in load_profiles() if user.context.languages} - SPANISH
WISHES_ELSE = {
    user.id
    for user in load_profiles()
    if (wish := user.preferences.language) is not None and wish.target != "es"
}

WRITTEN = """
category = "fact"
[families]
mar = "train"
monte = "heldout"

[[scenario]]
id = "marea"
family = "mar"
[scenario.es]
prompt = "¿Qué causa las mareas?"
answer = "Las causa la Luna."
plain = ["También el Sol tira un poco del agua.", "Cada día suben y bajan dos veces."]
expert = [
  "Complementariamente, la atracción solar modifica su amplitud.",
  "Habitualmente presentan periodicidad semidiurna.",
]
reference = [["Luna"]]
points = [["Sol", "solar"], ["dos veces", "semidiurna"]]
false = ["las causa el viento"]

[[scenario]]
id = "sal"
family = "mar"
[scenario.es]
prompt = "¿Por qué es salado el mar?"
answer = "Los ríos llevan sal de las rocas."
plain = ["El agua se va al cielo y la sal se queda.", "Algo llega también de los volcanes."]
expert = [
  "La evaporación concentra progresivamente las sales disueltas.",
  "Adicionalmente contribuyen emanaciones volcánicas submarinas.",
]
reference = [["ríos"], ["rocas"]]
points = [["cielo", "evaporación"], ["volcanes", "volcánicas"]]

[[scenario]]
id = "aire"
family = "monte"
[scenario.es]
prompt = "¿Por qué cuesta respirar en la montaña?"
answer = "Arriba hay menos oxígeno."
plain = ["El aire pesa menos cuanto más se sube.", "El cuerpo tarda días en hacerse a ello."]
expert = [
  "La presión atmosférica disminuye exponencialmente con la altitud.",
  "La aclimatación fisiológica requiere varias jornadas.",
]
reference = [["menos oxígeno"]]
points = [["pesa menos", "presión"], ["días", "jornadas"]]
"""

TEMPLATES = """
category = "fact"
[doble]
split = "train"
[doble.es]
prompt = "¿Cuánto es el doble de {a}?"
answer = "Es {answer}."
plain = ["Basta con sumar {a} dos veces.", "Para ver si va bien, parte por dos."]
expert = [
  "Alternativamente, adiciónese {a} consigo mismo.",
  "Dividiendo posteriormente recuperamos exactamente el valor original.",
]
reference = [["{answer}"]]
points = [["sumar {a}", "adiciónese"], ["parte por dos", "dividiendo"]]
"""


def make(template: Template, index: int):
    return template.fill(f"doble/{index}", same(a=index + 11, answer=2 * index + 22))


@cache
def pool_of(folder: Path, split: str) -> MixturePool:
    written = [s for s in read_scenario_file(folder / "hechos.toml") if split in ("all", s.split)]
    parts = {"hechos": ListPool(written)}
    if split != "heldout":
        (template,) = load_templates(folder / "plantillas.toml").values()
        parts["doble"] = GeneratedPool("doble", partial(make, template), 500)
    return MixturePool(parts, dict.fromkeys(parts, 1.0))


class Hechos(PersonaEnv):
    """Facts, in Spanish alone."""

    folder: Path

    def audience(self, split):
        return tuple(u for u in load_profiles(split) if u.id in SPANISH - WISHES_ELSE)

    def bundled(self, split):
        return pool_of(self.folder, split)

    def oracle(self, scenario, user):
        return oracle(scenario, user)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """The scenarios and templates as files."""
    Hechos.folder = tmp_path_factory.mktemp("hechos")
    (Hechos.folder / "hechos.toml").write_text(WRITTEN, encoding="utf-8")
    (Hechos.folder / "plantillas.toml").write_text(TEMPLATES, encoding="utf-8")
    return Hechos.folder


@pytest.fixture(scope="module")
def hechos(folder):
    return Hechos(split="train", register="tiny")


def test_every_user_of_it_is_asked_in_it(hechos):
    assert len(hechos.users) >= 3
    assert len(hechos.scenarios) == 502
    assert languages_of(hechos.scenarios) == {"es": 502}
    for seed in range(20):
        observation, _ = hechos.reset(seed=seed)
        assert hechos.language == "es"
        assert observation["prompt"] == hechos.scenario.texts["es"].prompt
        _, reward, terminated, *_ = hechos.step(hechos.oracle(hechos.scenario, hechos.user))
        assert terminated
        assert reward > 0.9, (hechos.scenario.id, hechos.user.id)


def test_a_dissatisfied_user_says_so_in_it(folder):
    env = Hechos(max_turns=3, register="tiny")
    env.reset(seed=0)
    observation, *_ = env.step("I do not know.")
    said = [phrase for phrases in language_data("es", "complaints").values() for phrase in phrases]
    assert observation["prompt"] in said


@pytest.mark.parametrize("split", ["train", "heldout", "all"])
def test_each_split(split, folder):
    assert Hechos(split=split).reset(seed=0)[0]["prompt"].startswith("¿")


def test_who_reads_another_language_is_refused_when_it_is_made(folder):
    assert {"nora", "wei"} <= OTHERS
    for name, reads in (("nora", "en"), ("wei", "zh")):
        said = rf"user '{name}' reads \['{reads}'\] and none of the 502 scenarios fits"
        with pytest.raises(ScenarioError, match=said):
            Hechos(profiles=["diego", name])


def test_who_may_read_anything_is_asked_in_it(folder):
    env = Hechos(profiles=[UserProfile(id="u")])
    assert env.reset(seed=0)[0]["prompt"].startswith("¿")


def test_vectors(folder):
    env = PersonaVectorEnv(Hechos(), 4)
    observations, _ = env.reset(seed=3)
    assert all(prompt.startswith("¿") for prompt in observations["prompt"])
    _, rewards, terminated, *_ = env.step(("Es la Luna.",) * 4)
    assert rewards.shape == (4,)
    assert terminated.all()
    env.close()


def test_it_can_be_registered_and_made(folder):
    before = {*gym.registry}
    register_env("TestHechos-v0", f"{__name__}:Hechos")
    try:
        env = gym.make("TestHechos-v0", disable_env_checker=True)
        assert env.reset(seed=0)[0]["prompt"].startswith("¿")
    finally:
        ENVIRONMENTS.pop("TestHechos-v0")
        for name in {*gym.registry} - before:
            gym.registry.pop(name)


def test_evaluation(hechos):
    report = evaluate(make_agent("oracle", hechos), hechos, episodes=40)
    assert report.reward.mean > 0.95
    assert report.blind.mean < report.oracle.mean


@pytest.mark.slow
def test_an_audit(hechos):
    report = audit(hechos, episodes=30, steps=5)
    wrong = [check for check in report.checks if not check.passed]
    assert not wrong
    assert len(report.rows) > 30


def test_in_a_mixture_each_user_gets_what_they_read(folder):
    """Who does not read it is asked the other part alone."""
    own = PersonaChatEnv(split="train").bundled("train")
    parts = {"chat": own, "hechos": pool_of(folder, "train")}
    mixture = MixturePool(parts, {"chat": 1, "hechos": 1})
    users = {user.id: user for user in load_profiles()}
    assert mixture.readable(users["wei"]).named("hechos") is None
    assert len(mixture.readable(users["diego"]).named("hechos")) == 502


def test_a_template_is_filled_in_its_own_languages_alone(folder):
    (template,) = load_templates(folder / "plantillas.toml").values()
    assert set(make(template, 0).texts) == {"es"}
    with pytest.raises(ScenarioError, match=r"a text in 'es', but values only in \['en'\]"):
        template.fill("doble/0", {"en": {"a": 1, "answer": 2}})


def test_the_same_seed_is_the_same_episode(folder):
    drawn = []
    for _ in range(2):
        env = Hechos(debug=True)
        drawn.append([env.reset(seed=seed)[1] for seed in range(12)])
    assert drawn[0] == drawn[1]
    assert len({info["scenario_id"] for info in drawn[0]}) > 4
