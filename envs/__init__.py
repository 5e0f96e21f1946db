"""The environments: a folder for each, with its reward terms, measures and scenarios."""

if __name__ != "persona_env.envs":
    raise ImportError("import this folder as 'persona_env.envs' (run 'pip install -e .' once)")
