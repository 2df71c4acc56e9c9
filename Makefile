# Two commands are the whole set-up: `make demo` to see the tool, `make test` to work on it.
# Everything lives in .venv; a stamp in it remembers what was installed, so a second run costs nothing.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

VENV := .venv
# Every server and command that the tests start is a Python that would compile a hundred thousand lines again: what is
# compiled is kept, in .venv and not beside the sources, also where a machine's own settings forbid the latter.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/.compiled
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt
RUNTIME := $(VENV)/.installed-runtime
COMPLETE := $(VENV)/.installed-complete
PINS := pyproject.toml constraints.txt

# make test ARGS="tests/study -x": what pytest is given besides the settings in pyproject.toml
ARGS ?=
# Tests in a browser wait half of their time for clocks that run: three of them keep two cores busy.
WORKERS ?= 3

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(COMPLETE) ## make .venv with everything that running, testing and changing the tool needs

demo: $(RUNTIME) ## serve the demo study on the built-in questions; needs no key
	@$(BIN)/oversight demo

test: $(COMPLETE) chromium nginx lint ## check the code, then run every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(COMPLETE) ## ruff, mypy strict, and the storeys of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(COMPLETE) ## let ruff put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(COMPLETE) chromium ## measure what docs/figures.md states (half an hour; ARGS="load" for one)
	@$(BIN)/python -m tests.bench $(ARGS)

clean: ## remove .venv and what the tools left behind; studies are never touched
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find oversight_app analysis questions tests -name __pycache__ -type d -prune -exec rm -rf {} +

chromium: $(COMPLETE)
	@$(BIN)/python -m tests.browser.chromium --install

nginx: $(COMPLETE)
	@$(BIN)/python -m tests.deployment.nginx --install

# The first Python that is new enough and *runs*: a version manager leaves names on PATH that only complain.
# `make setup PYTHON=...` overrides. 3.11 comes first because the pins were tested with it.
$(BIN)/python:
	@set -e; \
	for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$candidate" --version)."; \
	    "$$candidate" -m venv --clear $(VENV); exit 0; \
	  fi; \
	done; \
	echo "oversight needs Python 3.11 or newer and found none on PATH." >&2; \
	echo "Install one, or name it: make setup PYTHON=/path/to/python3" >&2; exit 1

# The project's build backend is installed from the pins as well, and not by pip behind our back: hence two steps.
# The index, the cache and the certificates are the machine's own pip configuration. Nothing is compiled in advance:
# Python compiles what it meets when it meets it, and most of 600 MB it never meets (39 s against 65 s for the demo).
$(RUNTIME): $(PINS) | $(BIN)/python
	@echo "Installing the tool into $(VENV) (about a minute) ..."
	@$(INSTALL) hatchling editables
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(COMPLETE): $(RUNTIME)
	@echo "Installing what the tests need ..."
	@$(INSTALL) --no-build-isolation --editable '.[test,lint]'
	@touch $@

.PHONY: help setup demo test lint format bench clean chromium nginx
