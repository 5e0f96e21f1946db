"""Tests of the libraries that host a training: each runs in an environment of its own.

``make test-host HOST=trl`` installs ``requirements/trl.txt`` beside this library and runs
``test_trl.py``; any other run of the tests leaves them out.
"""

import os

HOST = os.environ.get("PERSONA_ENV_HOST")
collect_ignore_glob = [] if HOST else ["test_*.py"]
