"""The bundled users: one TOML file each."""

if __name__ != "persona_env.user_profiles":
    raise ImportError(
        "import this folder as 'persona_env.user_profiles' (run 'pip install -e .' once)"
    )
