"""What an audit is doing, in words."""

CASES = "scoring honest replies"
ASKING = "asking the agent"
RULES = "checking the reward"
TRICKS = "trying exploits"
SEARCH = "searching for others"
