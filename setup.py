"""The package list, computed from the tree, and a finder for editable installs.

Everything else is in pyproject.toml.
"""

from pathlib import Path

from setuptools import Command, find_packages, setup
from setuptools.command.build import build

ROOT = Path(__file__).parent.resolve()
MAPPED = {
    "persona_env.envs": "envs",
    "persona_env.user_profiles": "user_profiles",
    "persona_env.agents": "agents",
}
STARTUP = "__editable___persona_env_startup"
# setuptools finds an editable package after sys.path. Where Python runs beside a folder called
# persona_env (a clone of this repository, seen from the folder that holds it), sys.path has a
# namespace package of that name, and the import "succeeds" with nothing in it. This finder is
# asked first and answers in that case alone: a real package on sys.path still wins.
FINDER = f'''"""Written by setup.py of persona_env for an editable install."""

import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location


class BeforeNamespacePackage:
    """Finds persona_env in its repository, if sys.path has no more than a folder of this name."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "persona_env":
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is None or found.has_location:
            return None
        return spec_from_file_location(name, {str(ROOT / "persona_env" / "__init__.py")!r})


sys.meta_path.insert(0, BeforeNamespacePackage)
'''


class BuildStartup(Command):
    """Adds the finder to an editable wheel, and nothing to any other."""

    editable_mode = False

    def initialize_options(self) -> None:
        """Nothing to set."""

    def finalize_options(self) -> None:
        """Nothing to set."""

    def run(self) -> None:
        """Write the finder, and the line by which Python runs it when it starts."""
        if self.editable_mode:
            wheel = Path(self.get_finalized_command("install").install_lib)
            (wheel / f"{STARTUP}.py").write_text(FINDER, encoding="utf-8")
            (wheel / f"{STARTUP}.pth").write_text(f"import {STARTUP}\n", encoding="utf-8")

    def get_source_files(self) -> list[str]:
        """None beside this file."""
        return []


class Build(build):
    """The usual build, and the step above."""

    sub_commands = [*build.sub_commands, ("build_startup", None)]  # noqa: RUF012 - as setuptools'


packages = find_packages(include=["persona_env", "persona_env.*"])
for name, folder in MAPPED.items():
    packages += [name, *(f"{name}.{nested}" for nested in find_packages(folder))]
setup(packages=packages, cmdclass={"build": Build, "build_startup": BuildStartup})
