"""What an audit is doing, in words."""

CASES = "scoring honest replies"
RULES = "checking the reward"
TRICKS = "trying exploits"
SEARCH = "searching for others"
