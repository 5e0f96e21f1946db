"""``persona-openenv-check URL``: checks of OpenEnv's standard that it does not run itself yet.

Give it the environment variables that the server has, so that it knows what is served.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib.resources import files

from openenv.core import GenericEnvClient

from persona_env import PersonaEnvError
from persona_env.adapters.openenv import served_sessions
from persona_env.adapters.served_checks import check_served


def main() -> None:
    """Print a line for each check; exit with 1 if one fails."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url", help="of the server, such as http://127.0.0.1:8000")
    parser.add_argument("--episodes", type=int, default=8, help="how many cases")
    given = parser.parse_args()
    canaries = json.loads(files("persona_openenv").joinpath("validation/canaries.json").read_text())
    one, two = (GenericEnvClient(base_url=given.url).sync() for _ in range(2))
    try:
        with one, two:
            env = served_sessions(os.environ).env
            checks = check_served(one, two, env, canaries, episodes=given.episodes)
    except PersonaEnvError as error:
        sys.exit(str(error))
    for check in checks:
        line = f"{'ok  ' if check.passed else 'FAIL'} {check.name:12} {check.detail}"
        sys.stdout.write(f"{line.rstrip()}\n")
    sys.exit(not all(check.passed for check in checks))


if __name__ == "__main__":
    main()
