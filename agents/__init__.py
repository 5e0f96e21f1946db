"""Agents and training: one file for each agent or algorithm."""

if __name__ != "persona_env.agents":
    raise ImportError("import this folder as 'persona_env.agents' (run 'pip install -e .' once)")
