# %% [markdown]
# # Users and scenarios of your own
#
# In this example you write two users and a handful of questions, one of each as a TOML file and one
# in Python, keep some questions back for the test, check that your users really want different
# replies, and score replies of your own. At the end you have an environment about *your* product:
# here a help desk for a bicycle shop. It takes a few seconds.

# %%
from pathlib import Path

import gymnasium as gym

from persona_env import Scenario, UserProfile, check_persona_env, describe, evaluate, load_profile

FOLDER = Path("runs/examples/own_users")
FOLDER.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## Users
#
# A file keeps a user for others to read and to edit; in Python you can make many at once. Both are
# the same thing. What you leave out is unknown, and counts for nothing. A misspelt key or value is
# an error that names the nearest one.
#
# Note the section `[protected]`: no reward may read it. It is there to test that, and to test
# whether a *model* treats people differently.

# %%
COURIER = """
id = "courier"

[preferences]
length = {target = "brief", weight = 2.0}
tone = "neutral"
formality = {target = "casual", weight = 1.0}
caveats = "no"

[context]
age_band = "adult"
languages = ["en"]

[protected]
name = "Ali"
"""
(FOLDER / "courier.toml").write_text(COURIER, encoding="utf-8")
courier = load_profile(FOLDER / "courier.toml")

beginner = UserProfile(
    id="beginner",
    preferences={
        "length": {"target": "detailed", "weight": 2.0},
        "tone": {"target": "warm", "weight": 2.0},
        "format": {"target": "steps", "weight": 2.0},
        "reading_level": "simple",
    },
    context={"age_band": "senior", "languages": ["en"]},
)
users = [courier, beginner]
for user in users:
    print(f"{user.id}: {describe(user)}")

# %% [markdown]
# ## Scenarios, with a held-out part
#
# A scenario is a question and what is true of it: `reference` are the points without which an
# answer is wrong (each a list of accepted wordings), `points` what a fuller answer adds, `false`
# what must not be said. Scenarios belong to families, and a whole family is either for training or
# held out, so that a held-out question is no rewording of one that was trained on.

# %%
QUESTIONS = """
category = "know_how"

[families]
tyres = "train"
brakes = "heldout"

[[scenario]]
id = "tyre-pressure"
family = "tyres"
[scenario.en]
prompt = "How hard should I pump my bicycle tyres?"
answer = "Pump to the range that is printed on the side of the tyre."
plain = ["Riders who weigh more go to the upper end.", "Check it every two weeks."]
reference = [["side of the tyre", "sidewall", "on the tyre"]]
points = [["weigh more", "heavier"], ["two weeks", "fortnight"]]
false = ["as hard as you can"]

[[scenario]]
id = "squealing-brakes"
family = "brakes"
[scenario.en]
prompt = "My bicycle's rim brakes squeal. What can I do?"
answer = "Clean the rims, then set the front edge of the pads to touch first."
plain = ["Oil on the rim is the usual cause.", "Worn pads have to be replaced."]
reference = [["clean"], ["pads"]]
points = [["oil", "grease"], ["worn", "replace"]]
false = ["oil the rim", "grease the rim"]
"""
path = FOLDER / "bicycle.toml"
path.write_text(QUESTIONS, encoding="utf-8")

# The same in Python, where questions come from a table or a database.
chain = Scenario(
    id="rusty-chain",
    family="know_how/chain",
    split="train",
    category="know_how",
    texts={
        "en": {
            "prompt": "My bicycle chain is a bit rusty. Is it still good?",
            "answer": "Light rust comes off with a brush and oil; a stiff link means a new chain.",
            "reference": [["brush", "oil"]],
            "points": [["stiff", "new chain"]],
        }
    },
)

# "short": an agent is shown what `describe` says, in place of sentences for a chat model.
own = {"profiles": users, "scenarios": [path, chain], "profile_text": "short"}
train = gym.make("PersonaChat-v0", **own).unwrapped
heldout = gym.make("PersonaChat-v0", split="heldout", **own)
for env in (train, heldout.unwrapped):
    print([scenario.id for scenario in env.scenarios])

# %% [markdown]
# ## Do your users want different replies?
#
# If one reply is best for everybody, there is nothing to personalise and a reward per user teaches
# nothing. So write a good reply for each user, and let each user score each of them: the
# *cross-user matrix*. Its diagonal must stand out. These replies are ours; put yours here.

# %%
REPLIES = {
    ("tyre-pressure", "courier"): "Pump to the number on the side of the tyre. Heavier? Upper end.",
    ("tyre-pressure", "beginner"): (
        "I'm so glad you asked, and you can do this!\n"
        "1. Look at the side of the tyre. There are two numbers, such as 40 and 65 psi. They are "
        "the least and the most air that it should have.\n"
        "2. Put the pump on the valve and pump until its dial is between the two numbers.\n"
        "3. If you weigh more, go near the upper number. If you weigh less, stay near the lower "
        "one: the ride is softer.\n"
        "4. Look again every two weeks, because tyres lose a little air all the time.\n"
        "Take your time with it. You will feel the difference on your very first ride!"
    ),
    ("rusty-chain", "courier"): "Light rust? Brush it, oil it, ride on. Stiff link? New chain.",
    ("rusty-chain", "beginner"): (
        "Don't worry, a little rust is very common and easy to fix!\n"
        "1. Turn the pedals backwards by hand and watch the chain. Does each link bend easily?\n"
        "2. Rub the rust off with an old brush and a dry cloth.\n"
        "3. Put one drop of chain oil on each link, and turn the pedals ten times.\n"
        "4. Wipe off all the oil that you can see. Only the oil inside the links helps.\n"
        "5. If a link is still stiff after that, you need a new chain, and any shop can fit it.\n"
        "I'm sure you will manage this. Enjoy your next ride!"
    ),
}


def wrote(observations):
    """An agent that says what we wrote for this user: an agent is a callable, no more."""
    named = {describe(user): user.id for user in users}
    asked = {s.texts["en"].prompt: s.id for s in train.scenarios}
    return [REPLIES[asked[seen["prompt"]], named[seen["user"]]] for seen in observations]


report = evaluate(wrote, train)
print("written for \\ scored by", *report.users)
for user, row, best in zip(report.users, report.matrix, report.own_best, strict=True):
    print(f"{user:22}", *(f"{value:8.2f}" for value in row), "" if best else "not the best here!")

# Asked the other way round: which reply does each user like best? They must differ.
for scenario in train.scenarios:
    best = {}
    for user in users:
        scores = {
            writer.id: train.score(REPLIES[scenario.id, writer.id], scenario, user).reward
            for writer in users
        }
        best[user.id] = max(scores, key=scores.get)
    assert len(set(best.values())) == len(users), f"{scenario.id}: one reply is best for all"
    print(f"{scenario.id}: best reply by user {best}")

# %% [markdown]
# The library can check the rest of the contract: that seeds repeat, that scores are in [0, 1], that
# no protected field moves a reward, and more. It raises `ContractError` with all that failed.

# %%
checks = check_persona_env(train)
print(f"{len(checks)} checks hold: {'; '.join(check.name for check in checks)}")

# %% [markdown]
# ## Scoring
#
# Now the held-out question. A verdict says why a reply got what it got; here is a reply in the
# courier's style, scored by both.

# %%
reply = "Clean the rims, then toe the pads in so the front touches first. Worn? Replace them."
for user in users:
    verdict = heldout.unwrapped.score(reply, "squealing-brakes", user)
    print(f"{user.id}: {verdict.reward:.2f}")
    for term, weight in verdict.weights.items():
        if weight:
            notes = "; ".join(reason.note for reason in verdict.reasons.get(term, ()))
            print(f"   {term:14} {verdict.terms[term]:.2f}  weight {weight:g}  {notes}")

# %% [markdown]
# Keep the held-out part out of everything that you tune: read it once, at the end. The files in
# `runs/examples/own_users` work on the command line as well:
#
# ```bash
# persona-env eval --agent my_module:agent --profiles runs/examples/own_users/courier.toml \
#   --scenarios runs/examples/own_users/bicycle.toml
# ```
#
# Next: `compare_agents.py` judges two agents, `train_on_own_users.py` trains one.
