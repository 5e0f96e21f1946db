"""The package list, computed from the tree; everything else is in pyproject.toml."""

from setuptools import find_packages, setup

MAPPED = {
    "persona_env.envs": "envs",
    "persona_env.user_profiles": "user_profiles",
    "persona_env.agents": "agents",
}

packages = find_packages(include=["persona_env", "persona_env.*"])
for name, folder in MAPPED.items():
    packages += [name, *(f"{name}.{nested}" for nested in find_packages(folder))]
setup(packages=packages)
