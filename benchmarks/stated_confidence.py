"""What a stated confidence takes from the gates of a right answer.

    python benchmarks/stated_confidence.py [--reader NAME] [--quick]

The author's answers to questions of fact of held-out scenarios, in PersonaChat-v0 and
PersonaCalibration-v0, with and without how sure the reply is: ten natural wordings in each of three
languages. A row is a gate that tells them apart: its mean without and with the confidence, and how
many replies it takes below 0.9 and below 0.5 of what it leaves the same answer without.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator

import gymnasium as gym

import persona_env  # noqa: F401 - registers the ids
from persona_env import PersonaEnv, UserProfile
from persona_env.scenarios.schema import Scenario

ENVS = ("PersonaChat-v0", "PersonaCalibration-v0")
SAID = {
    "en": (
        "{}, I am 90% sure.", "{}. 95 % sure.", "{}. I'm about 80 percent confident.",
        "{} (90% certain).", "{} - I'd say 85% sure.", "{}. My confidence is 90%.",
        "I am 90% sure: {}.", "{}. Confidence: 95%", "{}. I would put that at 90 % certainty.",
        "{}, and I am 99% sure of it.",
    ),
    "es": (
        "{}, estoy 90 % seguro.", "{}. 95 % de seguridad.", "{}. Estoy segura al 80 por ciento.",
        "{} (90% seguro).", "{} - diría que con un 85 % de certeza.",
        "{}. Mi confianza es del 90 %.",
        "Estoy seguro al 90 %: {}.", "{}. Confianza: 95 %", "{}. Le doy un 90 % de certeza.",
        "{}, y estoy un 99 % seguro de ello.",
    ),
    "zh": (
        "{}，我有90%的把握。", "{}。95%确定。", "{}。我大约有百分之八十的把握。", "{}（90%确定）。",
        "{}——我有85%的信心。", "{}。我的把握是90%。", "我有90%的把握：{}。", "{}。把握：95%",
        "{}。我觉得有90%的把握。", "{}，我99%确定。",
    ),
}  # fmt: skip
QUICK = 3


def pairs(env: PersonaEnv, *, quick: bool) -> Iterator[tuple[Scenario, str, str, list[str]]]:
    """Scenario, language, an answer, and the answer with each confidence."""
    asked = [s for s in env.scenarios.shown if s.needs is None and s.reply_kind == "prose"]
    settled = [s for s in asked if s.chance is None and not s.is_ambiguous]
    facts = [s for s in settled if s.hazard.level == "none"]
    for scenario in facts[:: max(1, len(facts) // QUICK)] if quick else facts:
        for language, text in scenario.texts.items():
            plain = (text.right or (text.answer,))[0].rstrip(" .。")
            if plain and text.reference:
                said = [line.format(plain) for line in SAID.get(language, ())]
                yield scenario, language, f"{plain}.", said


def main() -> None:
    """Print a table for each environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="heads")
    parser.add_argument("--quick", action="store_true", help="a few answers, to see that it runs")
    given = parser.parse_args()
    for name in ENVS:
        env = gym.make(name, split="heldout", reader=given.reader, register="natural").unwrapped
        assert isinstance(env, PersonaEnv)
        found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        count = 0
        for scenario, language, plain, said in pairs(env, quick=given.quick):
            user = UserProfile(id="asks", context={"languages": (language,)})
            alone = env.score(plain, scenario, user).gates
            for reply in said:
                count += 1
                told = env.score(reply, scenario, user).gates
                for gate in alone:
                    found[gate].append((alone[gate], told.get(gate, 1.0)))
        print(f"{name}: {count} replies\n\n| gate | without | with | below 0.9 | below 0.5 |")
        print("| --- | --- | --- | --- | --- |")
        for gate, values in found.items():
            if any(alone != told for alone, told in values):
                print(f"| {gate} | {row(values)} |")
        print()


def row(values: list[tuple[float, float]]) -> str:
    """The means, and the shares that fall."""
    means = (sum(pair[at] for pair in values) / len(values) for at in (0, 1))
    fallen = [sum(told < share * alone for alone, told in values) for share in (0.9, 0.5)]
    cells = [f"{mean:.2f}" for mean in means]
    return " | ".join([*cells, *(f"{n} ({n / len(values):.3f})" for n in fallen)])


if __name__ == "__main__":
    main()
