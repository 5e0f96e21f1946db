"""The evaluation of an agent, apart from its training: every user scores every reply."""
