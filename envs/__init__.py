"""The episodes: one file per environment, their scenarios under ``scenarios``."""

if __name__ != "persona_env.envs":
    raise ImportError("import this folder as 'persona_env.envs' (run 'pip install -e .' once)")
