# Everything runs in .venv. A stamp file in it says what is installed, so a second call starts at
# once; a change of pyproject.toml, setup.py or constraints.txt installs again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
HOSTS := .venv-hosts
PEERS := .venv-peers
METADATA := pyproject.toml setup.py constraints.txt

RUN ?= runs/demo
DEMO_ARGS ?=
TEST_ARGS ?=
WORKERS ?= 2
LOWEST_NEWER ?=
PEER_ARGS ?=

# A warning, such as a link that leads nowhere, ends it.
SITE = $(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . site

# What the tests of a host need beside the host.
HOST_TESTS := "pytest>=8.3" "pytest-timeout>=2.3" "hypothesis>=6.100"

BENCHMARKS := $(sort $(wildcard benchmarks/[a-z]*.py))

.PHONY: demo about-demo test test-slow test-lowest test-host peers lint docs notebooks bench clean help

help:
	@echo "make demo         train the bundled policy and write its report to $(RUN)"
	@echo "make test         the tests (TEST_ARGS='-k terms' for some of them)"
	@echo "make test-slow    the tests that train a model"
	@echo "make test-lowest  the tests with the oldest allowed dependencies"
	@echo "make test-host    the tests of a library that hosts a training (HOST=trl)"
	@echo "make lint         ruff and mypy"
	@echo "make docs         write the generated parts of docs/ again, build the site in site/"
	@echo "make bench        run the benchmarks"
	@echo "make peers        measure other libraries beside this one, and write their tables (PEER_ARGS=--quick)"
	@echo "make notebooks    make notebooks of examples/*.py, beside them"
	@echo "make clean        remove caches and build folders; .venv and runs stay"

# A run that was stopped goes on; of a finished one only the judgement and the report are redone.
# What it says stands first: the installation is a prerequisite, and the first thing that takes time.
demo: about-demo $(VENV)/.installed
	$(BIN)/persona-env train --output $(RUN) \
	  $(if $(wildcard $(RUN)/state.safetensors),--resume) $(DEMO_ARGS)

about-demo:
	@echo "this trains the bundled policy: about 7 minutes with the installation, on two cores"

$(VENV)/.installed: | $(if $(filter demo,$(MAKECMDGOALS)),about-demo)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TEST_ARGS)

# pytest ends with 5 where there is no such test.
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow -n $(WORKERS) --dist worksteal $(TEST_ARGS) || [ $$? -eq 5 ]

# Old releases warn about newer ones beside them: here a warning is no failure.
test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/python -m pytest -n $(WORKERS) -W default $(TEST_ARGS)

# The newest release of a library that hosts a training, with this one, in an environment of their own.
# They train: beside other work a test may take longer than the limit of the others.
test-host: $(if $(HOST),$(HOSTS)/$(HOST)/.installed,name-a-host)
	PERSONA_ENV_HOST=$(HOST) OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(HOSTS)/$(HOST)/bin/python -m pytest -W default -m "" \
	  --timeout 1800 tests/hosts/test_$(HOST).py $(TEST_ARGS)

.PHONY: name-a-host
name-a-host:
	@echo "name one: make test-host HOST=trl; there are: \
	$(patsubst tests/hosts/requirements/%.txt,%,$(wildcard tests/hosts/requirements/*.txt))" >&2
	@exit 2

$(HOSTS)/%/.installed: tests/hosts/requirements/%.txt $(METADATA)
	$(PYTHON) -m venv $(HOSTS)/$*
	@echo '*' > $(HOSTS)/.gitignore
	$(HOSTS)/$*/bin/python -m pip install -e . -r $< -c constraints.txt $(HOST_TESTS)
	@touch $@

# Other libraries beside this one, each in an environment of its own: what they require contradicts.
PEER_TABLES := $(patsubst benchmarks/peer_ways/requirements/%.txt,runs/peers/%.json,\
  $(wildcard benchmarks/peer_ways/requirements/*.txt))

peers: $(VENV)/.installed $(PEER_TABLES)
	$(BIN)/python benchmarks/peers.py --write docs/speed.md $(PEER_TABLES)

# Measured anew each time.
runs/peers/%.json: $(PEERS)/%/.installed always
	@mkdir -p $(@D)
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(PEERS)/$*/bin/python benchmarks/peers.py --peer $* --save $@ $(PEER_ARGS)

.PHONY: always
always:

.PRECIOUS: $(PEERS)/%/.installed
$(PEERS)/%/.installed: benchmarks/peer_ways/requirements/%.txt $(METADATA)
	$(PYTHON) -m venv $(PEERS)/$*
	@echo '*' > $(PEERS)/.gitignore
	$(PEERS)/$*/bin/python -m pip install -e . -r $< -c constraints.txt
	@touch $@

lint: $(VENV)/.installed-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

docs: $(VENV)/.installed-dev
	$(BIN)/python scripts/write_docs.py
	$(SITE)

bench: $(VENV)/.installed
	@set -e; for file in $(BENCHMARKS); do echo "== $$file"; $(BIN)/python $$file; done

notebooks: $(VENV)/.installed-dev
	$(BIN)/python -m jupytext --to ipynb examples/*.py

clean:
	rm -rf build dist site docs/api *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  $(LOWEST) $(HOSTS) $(PEERS)
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("persona_env needs Python 3.11 or newer; give another \
	one as PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(METADATA) | $(BIN)/python
	$(BIN)/python -m pip install -e . -c constraints.txt
	@touch $@

# pip reads dependency groups from 25.1 on; the test of the wheel builds with this setuptools.
$(VENV)/.installed-dev: $(METADATA) | $(BIN)/python
	$(BIN)/python -m pip install --upgrade "pip>=25.1" "setuptools>=77"
	$(BIN)/python -m pip install -e . --group dev -c constraints.txt
	@touch $(VENV)/.installed $@

# LOWEST_NEWER="torch" lets pip take the torch of constraints.txt instead: the oldest one on the
# index is a CUDA build of gigabytes.
$(LOWEST)/.installed: $(METADATA) scripts/lowest_versions.py
	$(PYTHON) -m venv $(LOWEST)
	@echo '*' > $(LOWEST)/.gitignore
	$(LOWEST)/bin/python -m pip install --upgrade "pip>=25.1" "setuptools>=77"
	$(LOWEST)/bin/python scripts/lowest_versions.py $(LOWEST_NEWER) > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python -m pip install -e . --group dev -c $(LOWEST)/constraints.txt \
	  $(if $(filter torch,$(LOWEST_NEWER)),-c constraints.txt)
	@touch $@
