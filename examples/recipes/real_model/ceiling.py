"""What the replies earn that the warm-up would imitate: more than SFT on them can teach.

    python examples/recipes/real_model/ceiling.py [--users A.toml B.toml ...] [--warm-up 80]

Prints the cross-user matrix, each user's margin, and the mean score of every term. No model needed.
"""

from __future__ import annotations

import argparse

from cases import CATEGORIES, SYSTEM, TRAINED, worlds
from judged import judge
from show import by_user, matrix
from warm_up import chosen


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", nargs="+", default=[*TRAINED], help="names or TOML files")
    parser.add_argument("--warm-up", type=int, default=80, help="replies for each user")
    parser.add_argument("--reader", default="heads")
    options = parser.parse_args()
    found = worlds(options.users, (), CATEGORIES, options.reader, SYSTEM)
    figures = judge(*chosen(found, options.warm_up, options.reader, SYSTEM))
    print("\n".join([*matrix(figures), "", *by_user(figures, "scores")]))
    print("\nmargin of each user:", figures["margin_of"])


if __name__ == "__main__":
    main()
