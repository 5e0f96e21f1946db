# %% [markdown]
# # Which of two agents is better, and for whom?
#
# In this example you judge two agents on the same questions from the same users, and say how sure
# you are of the difference: a paired bootstrap interval and standard errors, the user who is served
# worst, the matrix of all users against all replies, and the check that no reward read a protected
# field. You end with a table for a paper, in LaTeX and Markdown, and three figures. It takes a few
# seconds.

# %%
from pathlib import Path

import gymnasium as gym

import persona_env
from persona_env import evaluate, load_scenarios
from persona_env.evaluation import compare, plot_rewards, results_table

FOLDER = Path("runs/examples/compare_agents")
FOLDER.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## Two agents
#
# An agent is any callable from a list of observations to as many replies. Yours will call a model;
# `observation["prompt"]` is the question and `observation["user"]` says in words who asks. So that
# this page runs anywhere, ours know the facts and differ only in how they write. The first writes
# the same to everybody; the second looks at the user.

# %%
FACTS = {
    text.prompt: text
    for category in ("fact", "know_how")
    for scenario in load_scenarios("heldout", category)
    for text in scenario.texts.values()
}


def same_for_all(observations):
    """The answer and what is worth knowing beside it, whoever asks."""
    facts = [FACTS[seen["prompt"]] for seen in observations]
    return [" ".join([text.answer, *text.plain]) for text in facts]


def looks_at_user(observations):
    """The same facts, in the length, form and tone that the user's description asks for."""
    return [shaped(FACTS[seen["prompt"]], seen["user"]) for seen in observations]


def shaped(text, user):
    """One reply."""
    if "brief" in user:
        said = [text.answer]
    else:
        said = [text.answer, *(text.expert if "expert" in user else text.plain)]
    if "bullets" in user:
        reply = "\n".join(f"- {sentence}" for sentence in said)
    elif "numbered steps" in user:
        reply = "\n".join(f"{i}. {sentence}" for i, sentence in enumerate(said, start=1))
    else:
        reply = " ".join(said)
    warm = " warm;" in user or user.endswith(" warm.")
    return f"I'm so glad you asked! {reply} Enjoy it!" if warm else reply


# %% [markdown]
# ## The same cases for both
#
# `evaluate` draws the cases from `seed`: with the same environment, `episodes` and `seed` both
# agents answer the same questions. That is what makes the comparison *paired*, and much sharper
# than two separate means. The split is the held-out one, as it should be for what you report.
#
# Our agents speak in the scenarios' own sentences, and `register="tiny"` reads these exactly. Leave
# it out for a language model: its replies are in the natural register, which a reader has to read.
# There the reference agents are no reference, so that `gain` is not defined, and all else is as
# here.

# %%
USERS = ["sam", "leo", "nora", "zoe", "kim", "frank"]
env = gym.make(
    "PersonaChat-v0",
    profiles=USERS,
    scenarios=["fact", "know_how"],
    split="heldout",
    register="tiny",
)
print(f"{len(env.unwrapped.scenarios)} scenarios for {len(env.unwrapped.users)} users")
for user in env.unwrapped.users:
    print(f"  {user.id:6} {persona_env.describe(user)}")

reports = {
    "same for all": evaluate(same_for_all, env, seed=0),
    "looks at user": evaluate(looks_at_user, env, seed=0),
}
print(reports["looks at user"])
reports["looks at user"]

# %% [markdown]
# ## Is the difference real?
#
# `compare` takes the difference case by case and draws scenarios, each with all its users, again
# and again. Cases that share a question are not independent: to draw them one by one would give an
# interval that is too narrow. The interval says what the mean could be with other questions of
# this kind. It says nothing about other users, another training seed, or whether the reward
# measures what people want.

# %%
names = ("same for all", "looks at user")
difference = compare(reports["same for all"], reports["looks at user"], names=names)
print(difference)
verdict = "leaves out" if difference.is_clear else "includes"
print(f"The {difference.level:.0%} interval {verdict} 0.")

# %% [markdown]
# The interval is narrow because the two agents know the same facts: what is left is style, and its
# gain hardly depends on the question.
#
# ## For whom?
#
# A mean hides users. Look at each of them, and name the worst served. For `zoe` the second agent
# is no better at all: she wants jokes and a casual tone, and it writes neither.

# %%
figure = plot_rewards(reports)
figure.savefig(FOLDER / "by_user.png")
figure

# %%
for name, report in reports.items():
    print(f"{name}: worst served is {report.worst_text}")
    print(f"   protected fields swapped, the largest change of any reward: {report.identity_gap:g}")
    print(f"   own user likes the replies best: {report.own_best_text}")

# %% [markdown]
# The identity gap has to be exactly 0. It is a property of the reward. Whether an agent treats
# people differently is another question; `docs/evaluation.md` says how to ask it.
#
# ## The cross-user matrix
#
# Each row holds the replies that were written for one user, each column what one user gives. For
# an agent that looks at its users the outlined diagonal stands out in its column; for one that
# does not, all rows are alike.

# %%
figure = reports["same for all"].plot_matrix()
figure.savefig(FOLDER / "matrix_same_for_all.png")
figure

# %%
figure = reports["looks at user"].plot_matrix()
figure.savefig(FOLDER / "matrix_looks_at_user.png")
figure

# %% [markdown]
# ## A table for a paper
#
# The first agent is the baseline; the differences are those of `compare`. The LaTeX one needs
# `\usepackage{booktabs}`.

# %%
print(results_table(reports))

# %%
latex = results_table(reports, style="latex")
(FOLDER / "table.tex").write_text(latex, encoding="utf-8")
print(latex)

# %% [markdown]
# The gain holds an agent against two references on the same cases: 0 is the best that can be done
# without a look at the user, 1 the oracle. It can be negative, as for "same for all": the reference
# at 0 also writes one reply for all, and picks the one that the users like best together. Ours is
# another for most questions, and earns less. For "looks at user" the gain says that it serves most
# users better than the first agent, and is still little better than one good reply for all.
#
# What to write beside the table: the split, the users, the register, and in the natural one who
# read the replies and the coverage (`report.reader`, `report.coverage`). And read some replies: a
# number can rise on text that nobody would want.

# %%
for row in reports["looks at user"].replies[:3]:
    print(f"{row['user']}, {row['scenario']}: {row['reward']:.2f}\n   {row['reply']!r}")

# %% [markdown]
# ## Exercise: what about `zoe`?
#
# She wants jokes and a casual tone, and gets neither. Write an agent that serves her better, and
# compare it with "looks at user". Who gains, and does anybody lose? A solution follows.


# %%
def jokes_too(observations):
    """As `looks_at_user`, with a casual opening and a joke for those who want them."""
    replies = []
    for seen, reply in zip(observations, looks_at_user(observations), strict=True):
        user = seen["user"]
        opening = "Okay, here's the deal. " if "casual" in user else ""
        joke = " Then put your feet up, haha." if "jokes" in user else ""
        replies.append(f"{opening}{reply}{joke}")
    return replies


solved = evaluate(jokes_too, env, seed=0)
print(compare(reports["looks at user"], solved, names=("looks at user", "jokes too")))

# %% [markdown]
# `zoe` gains most, and everybody else who wants a joke or a casual tone gains too. `nora` wants
# neither and gets the same replies as before. Nobody loses: what was added costs no fact and few
# words. The worst-served user of a report is a good place to look for the next step.
