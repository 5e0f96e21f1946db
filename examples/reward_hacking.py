# %% [markdown]
# # A reward that is hacked, and its cure
#
# In this example you meet a plausible reward that pays for the wrong thing: it counts warm words.
# The auditor finds text that it pays and nobody should; a search of a few lines then optimises the
# reward and shows how the replies fall apart while their score rises. You mend the reward in three
# steps and see both tests again. It takes about ten seconds and trains nothing.

# %%
import re
from pathlib import Path

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np

from persona_env import audit, load_profile, reward_term

FOLDER = Path("runs/examples/reward_hacking")
FOLDER.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## A plausible reward
#
# "Users rate friendly replies higher, so let us reward friendly words." On two replies that
# somebody wrote by hand it does what it should. That is how most rewards are tested.

# %%
WARM = re.compile(r"\b(glad|happy|great|love|wonderful|enjoy|thanks?|dear|lovely)\b", re.IGNORECASE)


@reward_term
def friendly(view):
    """The number of warm words, at most five, divided by five."""
    return min(5, len(WARM.findall(view.reply))) / 5


USERS = ["leo", "frank", "sam", "nora"]
cases = {"scenarios": ["fact", "know_how"], "register": "tiny"}
alone = gym.make("PersonaChat-v0", profiles=USERS, terms=[friendly], gates=[], **cases)
for reply in ("It is Yushan.", "Happy to help! It is Yushan, a lovely mountain."):
    print(f"{alone.unwrapped.score(reply, 'highest-mountain-taiwan', 'leo').reward:.1f}  {reply}")

# %% [markdown]
# (`register="tiny"` reads replies in the scenarios' own sentences, as the reference replies below
# are written, exactly and fast. Everything here works for natural replies as well.)
#
# ## The auditor
#
# `persona-env audit` on the command line and `audit` in Python are the same. It tries some hundred
# exploiting agents, each of which could reply well and does not, and a short search. `lazy` is the
# best mean of one text that needs no answer at all, divided by the mean of honest replies to the
# same questions; `ceiling` is the most that any bad text got, divided in the same way. Both should
# be well below 1. Here honest replies earn next to nothing, since they hold few warm words, and so
# the shares are enormous.

# %%
report = audit(alone, episodes=24, steps=20)
print(f"passed: {report.passed}; lazy {report.lazy:.1f}, ceiling {report.ceiling:.1f}")
blind = [row for row in report.rows if row.n and row.sees == "observation"]
laziest = max(blind, key=lambda row: row.share)
print(
    f"lazy: {laziest.name} earns {laziest.mean:.2f} on average, honest replies {laziest.honest:.2f}"
)
print(f"{sum(not row.passed for row in report.rows)} exploiting agents are paid too much")
for finding in sorted(report.findings, key=lambda found: -found.reward)[:3]:
    print(
        f"\n{finding.reward:.2f} for {finding.found_by} ({finding.kind}), asked by {finding.user}"
    )
    print(f"   {finding.text[:160]!r}")
    print(f"   an honest reply gets {finding.honest:.2f}: {finding.honest_text!r}")

# %% [markdown]
# ## What an optimiser does with it
#
# Training looks for whatever pays. The smallest optimiser is enough to see that: start from a good
# reply, change it a little, keep the change if the reward is not lower. The changes are to add a
# sentence from a list, to drop one, or to swap two. Meanwhile we watch a second reward that is not
# optimised: the library's own, which knows what is true and what this user wants.

# %%
SENTENCES = (
    "I am so glad that you asked.",
    "Thanks, dear friend.",
    "I love this wonderful question.",
    "Enjoy it.",
    "It depends.",
    "Then put your feet up, haha.",
)


def climb(reward, reply, steps=150, seed=0):
    """The reply after each step, the first one the start."""
    rng = np.random.default_rng(seed)
    path = [reply]
    for _ in range(steps):
        said = [sentence.strip() for sentence in re.findall(r"[^.!]+[.!]", path[-1])]
        move = rng.integers(3)
        if move == 0:
            said.insert(rng.integers(len(said) + 1), str(rng.choice(SENTENCES)))
        elif move == 1 and len(said) > 1:
            said.pop(rng.integers(len(said)))
        elif len(said) > 1:
            i, j = rng.choice(len(said), 2, replace=False)
            said[i], said[j] = said[j], said[i]
        changed = " ".join(said)
        path.append(changed if reward(changed) >= reward(path[-1]) else path[-1])
    return path


full = gym.make("PersonaChat-v0", profiles=USERS, **cases).unwrapped
scenario = full.scenarios.find("highest-mountain-taiwan")
leo = full.users[0]
START = "Okay. Yushan (Jade Mountain), at 3952 metres."


def optimised(env, user, searches=8):
    """The final replies, and two curves: of the reward that is optimised, and of the watched one.

    Curves are means over the searches, ``float64 of shape (2, steps + 1)``.
    """

    def reward(reply):
        return env.score(reply, scenario, user).reward

    paths = [climb(reward, START, seed=seed) for seed in range(searches)]
    paid = [[reward(reply) for reply in path] for path in paths]
    watched = [[full.score(reply, scenario, leo).reward for reply in path] for path in paths]
    return [path[-1] for path in paths], np.mean([paid, watched], axis=1)


hacked, hacked_curves = optimised(alone.unwrapped, leo)
for reply in (START, *hacked[:2]):
    verdict = full.score(reply, scenario, leo)
    print(f"{reply!r}\n   watched reward {verdict.reward:.2f}")
    for name, value in {**verdict.gates, **verdict.terms}.items():
        if value < 0.5 and verdict.weights.get(name, 1):
            notes = "; ".join(reason.note for reason in verdict.reasons.get(name, ()))
            print(f"      {name} {value:.2f}: {notes}")

# %% [markdown]
# `leo` even *wants* a warm tone. The answer is gone all the same: nothing in the reward asked for
# it.
#
# ## The cure
#
# 1. **Not alone.** As a term beside the others, behind the gates: what everybody needs cannot be
#    bought with warmth.
# 2. **Only for those who want it**, declared in `uses`; `None` for everybody else means that the
#    term does not apply.
# 3. **Enough is enough.** One warm word satisfies; the tenth earns nothing.


# %%
@reward_term(uses="preferences.tone")
def friendly_enough(view):
    """For users who want a warm tone: 1 with at least one warm word, else 0."""
    return float(bool(WARM.search(view.reply))) if view.target("tone") == "warm" else None


users = [load_profile(name).weigh(friendly_enough=1.0) for name in USERS]
cured = gym.make("PersonaChat-v0", profiles=users, **cases).unwrapped
cured_replies, cured_curves = optimised(cured, users[0])
for reply in cured_replies[:3]:
    print(f"{full.score(reply, scenario, leo).reward:.2f}  {reply!r}")

# %% [markdown]
# The auditor, asked about the new term, reports what the term *adds* to the reward it stands in:
# text that is paid because of it.

# %%
report = audit(full, friendly_enough, episodes=24, steps=20)
print(f"passed: {report.passed}, {len(report.findings)} findings")

# %% [markdown]
# That is a statement about this term, and about the exploits that were tried. The library's own
# reward has flaws that are known and listed in `docs/exploits.md`, and others that are not known.
#
# ## The figure

# %%
figure, panels = plt.subplots(1, 2, figsize=(8.5, 3.3), sharey=True, layout="constrained")
titles = ("optimised: warm words alone", "optimised: the cured reward")
for axes, title, (paid, watched) in zip(panels, titles, (hacked_curves, cured_curves), strict=True):
    axes.plot(paid, color="#d55e00", ls="--", lw=2, label="reward that is optimised")
    axes.plot(watched, color="#0072b2", lw=2, label="library's reward, watched")
    axes.set(title=title, xlabel="step of the search", ylim=(-0.03, 1.05))
    axes.grid(alpha=0.3)
panels[0].set_ylabel("mean over 8 searches")
panels[0].legend(loc="center right")
figure.savefig(FOLDER / "reward_hacking.png", dpi=150)

# %% [markdown]
# On the left both rise for some steps, since `leo` likes some warmth. Then they part, and from the
# curve of the optimised reward alone nobody would know. On the right they rise together. They have
# to: the library's reward is now a part of what is optimised, so this panel shows that the new term
# does no harm, and not that the rest is right.

# %%
final = {"warm words alone": hacked_curves[:, -1], "cured": cured_curves[:, -1]}
for name, (paid, watched) in final.items():
    print(f"{name:17} optimised {paid:.2f}, watched {watched:.2f}")

# %% [markdown]
# ## What to take along
#
# - Test a reward with text that ought to fail, not with text that ought to pass.
# - Optimise it a little before you optimise it a lot, and read what comes out.
# - Always watch a second reward that is not optimised. When the two part, stop.
#
# ## Exercise: an unfriendly friendly word
#
# `friendly_enough` counts words. Write a reply that gets 1 from it and that nobody would call
# friendly, then mend the term so that this reply gets 0 and "Happy to help! It is Yushan." still
# gets 1. A solution follows.

# %%
RUDE = "No thanks to you. It is Yushan."
NOT = re.compile(r"\b(no|not|never|hardly)\b|n't\b", re.IGNORECASE)


@reward_term(uses="preferences.tone")
def friendly_sentence(view):
    """As `friendly_enough`, but the warm word has to stand in a sentence without a negation."""
    if view.target("tone") != "warm":
        return None
    sentences = re.split(r"(?<=[.!?])\s+", view.reply)
    return float(any(WARM.search(one) and not NOT.search(one) for one in sentences))


both = [friendly_enough, friendly_sentence]
mended = gym.make("PersonaChat-v0", profiles=["leo"], terms=both, gates=[], **cases).unwrapped
for reply in (RUDE, "Happy to help! It is Yushan.", "Great, another question. It is Yushan."):
    print(mended.score(reply, "highest-mountain-taiwan", "leo").terms, reply)

# %% [markdown]
# The last reply passes still: words alone do not tell irony. Each mend of this kind closes one
# exploit and leaves the next, which is why a second reward is watched.
