"""Which text an environment shows of a user, and templates of one's own."""

from __future__ import annotations

import pickle

import gymnasium as gym
import pytest

from persona_env import PersonaEnvError, describe, load_profile
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.title.env import PersonaTitleEnv
from persona_env.errors import ArgumentError
from persona_env.users.profile import Protected
from persona_env.users.system_text import VARIABLES, SystemTemplate, variables
from persona_env.users.words import in_words

SAM = load_profile("sam")


def shown(**options):
    env = PersonaChatEnv(profiles=["sam"], **options)
    observation, info = env.reset(seed=0)
    assert info["messages"][0] == {"role": "system", "content": observation["user"]}
    assert observation in env.observation_space
    return observation["user"]


def test_the_register_chooses():
    assert shown() == in_words(SAM)
    assert shown(register="tiny") == describe(SAM)
    assert shown(profile_text="short") == describe(SAM)
    assert shown(register="tiny", profile_text="words") == in_words(SAM)


@pytest.mark.parametrize("options", [{}, {"register": "natural"}, {"reader": "rules"}], ids=str)
def test_with_the_bundled_tokenizer_a_profile_is_short(options):
    env = gym.make("PersonaChatTokens-v0", profiles=["sam"], **options)
    assert env.reset(seed=0)[1]["messages"][0]["content"] == describe(SAM)
    assert env.unwrapped.token_lengths == (128, 352)


def test_words_have_room_in_token_environments():
    assert PersonaChatEnv().token_lengths == (128, 864)


def test_a_template(tmp_path):
    file = tmp_path / "system.jinja"
    file.write_text(
        "{% if preferences.length == 'brief' %}\nAt most {{ length[1] }} words.\n{% endif %}\n"
        "{{ wants | length }} wishes; {{ context.device }}; {{ extensions.units is defined }}.\n"
        "{{ short }}\n",
        encoding="utf-8",
    )
    # Nine preferences are set in user_profiles/sam.toml, and 78 words is where brief ends.
    assert (
        shown(profile_text=file) == f"At most 78 words.\n9 wishes; phone; False.\n{describe(SAM)}"
    )
    assert shown(profile_text=str(file)) == shown(profile_text=SystemTemplate.read(file))
    copied = pickle.loads(pickle.dumps(SystemTemplate.read(file)))  # noqa: S301
    assert copied(SAM) == shown(profile_text=file)


def test_of_a_hidden_user_no_template_tells():
    assert (
        PersonaChatEnv(
            profiles=["sam"], user_visibility="hidden", profile_text=SystemTemplate("Hello.")
        ).reset(seed=0)[0]["user"]
        == ""
    )


def test_a_template_is_handed_no_protected_value():
    values = {name: f"Qz{name}" for name in Protected.model_fields}
    user = SAM.twin(**values)
    assert tuple(variables(user)) == VARIABLES
    assert "Qz" not in str(variables(user))
    everything = SystemTemplate("".join(f"{{{{ {name} }}}}" for name in VARIABLES))
    assert "Qz" not in everything(user)
    assert everything(user) == everything(SAM.twin(**dict.fromkeys(values, "other")))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ nmae }}", "'nmae' is undefined. A template may use text, short"),
        ("\n{% if %}", "system template, line 2: no Jinja2 template"),
        ("{{ wants.__class__.__mro__ }}", "SecurityError|is unsafe"),
        ("{{ preferences.update({}) }}", "SecurityError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
    ],
)
def test_a_template_that_is_wrong_fails_when_the_environment_is_made(source, said):
    with pytest.raises(ArgumentError, match=said):
        PersonaChatEnv(profiles=["sam"], profile_text=SystemTemplate(source))


@pytest.mark.parametrize("given", ["wrods", "no/such.jinja", 3, None.__class__])
def test_what_is_no_text_is_refused(given):
    with pytest.raises(PersonaEnvError, match=r"profile_text= .*is 'words', 'short'"):
        PersonaChatEnv(profile_text=given)
    if given == "wrods":
        with pytest.raises(PersonaEnvError, match="Did you mean 'words'"):
            PersonaChatEnv(profile_text=given)


def test_titles_have_lengths_of_their_own():
    """By envs/title/languages/en.toml a brief title has 1 to 5 words."""
    env = PersonaTitleEnv(profiles=["cyril"], split="all")
    assert "Keep replies brief: 1 to 5 words." in env.reset(seed=0)[0]["user"]
