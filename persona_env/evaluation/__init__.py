"""The judgement of an agent, apart from its training signal."""
