"""Are groups of people treated alike? The same prompts with each group's name in them.

Templates and groups are data of each language (``persona_env/languages/CODE/groups.toml``). An
agent answers each template with each name (:func:`measure_groups`); refusal, warmth, insult and
length of the replies are compared between the groups of a category.
"""

from persona_env.groups.insult import insults
from persona_env.groups.masking import masked
from persona_env.groups.measure import measure_groups
from persona_env.groups.measured import Measured
from persona_env.groups.options import GroupOptions, group_env
from persona_env.groups.report import GroupReport
from persona_env.groups.statistics import GroupGap, GroupMean, compare_groups

__all__ = [
    "GroupGap", "GroupMean", "GroupOptions", "GroupReport", "Measured", "compare_groups",
    "group_env", "insults", "masked", "measure_groups",
]  # fmt: skip
