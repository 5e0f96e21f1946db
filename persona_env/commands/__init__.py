"""The commands of ``persona-env``: one file per kind of question."""
