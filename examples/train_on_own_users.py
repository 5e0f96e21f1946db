# %% [markdown]
# # Training on your own users
#
# In this example you train the bundled language model of a million parameters with PPO so that it
# answers three users of your own as they like, and measure what that brought: the personalisation
# gain before and after, on questions that were held out. You learn how to start a run from Python,
# what its folder holds and how to read its reports; and what so short a run cannot show.
# It takes about half a minute on one core, without a GPU.

# %%
import shutil
from pathlib import Path

import gymnasium as gym
import torch

from persona_env import Report, describe, evaluate, load_profile
from persona_env.agents import LanguageModelAgent, TrainOptions, load_policy, train
from persona_env.evaluation import compare, plot_rewards, results_table

torch.set_num_threads(1)
FOLDER = Path("runs/examples/train_on_own_users")
shutil.rmtree(FOLDER, ignore_errors=True)  # a run does not write over another
FOLDER.mkdir(parents=True)

# %% [markdown]
# ## Three users
#
# A run is described by plain values, so that it can be saved and resumed. Users of your own are
# therefore files.

# %%
USERS = {
    "courier": """
        [preferences]
        length = {target = "brief", weight = 2.0}
        tone = "neutral"
        formality = {target = "casual", weight = 2.0}
    """,
    "grandma": """
        [preferences]
        length = {target = "brief", weight = 1.0}
        tone = {target = "warm", weight = 2.0}
        humour = {target = "yes", weight = 2.0}
        reading_level = "simple"
    """,
    "editor": """
        [preferences]
        length = {target = "detailed", weight = 2.0}
        format = {target = "bullets", weight = 2.0}
        formality = {target = "formal", weight = 1.0}
        reading_level = {target = "expert", weight = 2.0}
    """,
}
paths = []
for name, preferences in USERS.items():
    path = FOLDER / f"{name}.toml"
    text = f'id = "{name}"\n{preferences}\n[context]\nage_band = "adult"\nlanguages = ["en"]\n'
    path.write_text(text, encoding="utf-8")
    paths.append(path)
for path in paths:
    print(describe(load_profile(path)))

# %% [markdown]
# ## The run
#
# These are the options of `persona-env train`, by the same names. `steps` are tokens: 24 thousand
# instead of the 300 thousand of the default run. Everything else is as in a real run: PPO of
# stable-baselines3, a KL penalty that keeps the policy near the initial one, and an evaluation
# before and after on scenarios of families that were not trained on. The folder of the run
# also holds `report.html`, with matrices, the curve and replies: open it in a browser.

# %%
options = TrainOptions(
    profiles=tuple(map(str, paths)),
    steps=24_000,
    envs=32,
    seed=0,
    threads=1,
    tracker=("none",),
    output=FOLDER / "run",
)
run = train(options)
print(sorted(path.name for path in run.iterdir() if path.suffix or path.is_dir()))

# %% [markdown]
# ## What it brought
#
# The gain is 0 for the best agent that ignores the user and 1 for the oracle, on the same cases. A
# negative one is below that agent, which always answers rightly and picks the best single reply
# for all users: a policy with other faults, such as a wrong fact, does not reach it.
# The difference is paired: before and after answered the same questions of the same users.

# %%
before, after = Report.load(run / "before.json"), Report.load(run / "after.json")
print(f"gain before {before.gain}\ngain after  {after.gain}")
difference = compare(before, after, names=("before", "after"))
print(difference)

# %%
reports = {"before": before, "after": after}
figure = plot_rewards(reports)
figure.savefig(FOLDER / "by_user.png")
figure

# %%
figure = after.plot_matrix()
figure.savefig(FOLDER / "matrix_after.png")
figure

# %% [markdown]
# ## Look at replies
#
# A number can rise for the wrong reason, so read what the policy writes: the cases that gained
# most, and those that lost most. A report holds every reply with its case and its reward.

# %%
pairs = list(zip(before.replies, after.replies, strict=True))  # the same cases in one order
pairs.sort(key=lambda pair: pair[1]["reward"] - pair[0]["reward"])
for old, new in (*pairs[-2:], *pairs[:2]):
    assert (old["scenario"], old["user"]) == (new["scenario"], new["user"])
    print(f"{new['user']}, {new['scenario']}")
    for when, row in (("before", old), ("after", new)):
        print(f"  {when:6} {row['reward']:.2f}  {row['reply']!r}")

# %% [markdown]
# The losses are as telling as the gains: here the editor's bullets were forgotten in some replies,
# which one line of the mean would have hidden.
#
# ## Is it the user that it learnt about?
#
# The control is the same policy without sight of the user. What it loses is what looking at the
# user brings; what it keeps suits everybody. `load_policy` takes the run's folder `policy`, as it
# takes the name of a bundled one.

# %%
agent = LanguageModelAgent(*load_policy(run / "policy"), max_new_tokens=128)
judged = {"profiles": paths, "split": "heldout", "register": "tiny"}
control = {}
for visibility in ("hidden", "full"):
    env = gym.make("PersonaChat-v0", user_visibility=visibility, **judged)
    control[f"user {visibility}"] = evaluate(agent, env, episodes=60)
print(results_table(control))

# %% [markdown]
# ## What so few tokens show
#
# - That the machinery works with your users, and roughly which of them is hard: no more.
# - One seed is one draw. Before you claim a gain, run several seeds and longer, and report the
#   spread: `docs/results.md` does, with three seeds of 300 thousand tokens.
# - The interval above is about the draw of questions. It holds neither the training seed nor other
#   users: for those, leave `profiles` out and the run is also judged on held-out users.
# - The bundled policy writes in the tiny register, in the scenarios' own sentences. The gain is
#   about whom which style belongs to. It is no statement about a large model or about real people.
