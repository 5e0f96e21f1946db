"""Who asks: one TOML file per user."""

if __name__ != "persona_env.user_profiles":
    raise ImportError(
        "import this folder as 'persona_env.user_profiles' (run 'pip install -e .' once)"
    )
