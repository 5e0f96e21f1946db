"""``python -m persona_env`` is ``persona-env``."""

from persona_env.cli.app import main

if __name__ == "__main__":
    main()
