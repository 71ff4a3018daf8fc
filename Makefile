# make setup | demo | test | check | bench | docs: everything happens in .venv, which setup makes.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup servers demo test check check-long bench quality docs format clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with everything; quick when nothing changed

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "penchant needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[archive,postgres]' --group dev
	@touch $(READY)

demo: setup  ## a store of simulated people, decisions with reasons, and a server
	@$(BIN)/penchant demo

servers: setup  ## find PostgreSQL for the tests, or install it where that needs no password
	@$(BIN)/python -m tests.servers.install

test: servers  ## everything that must hold: style, types, floors, tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

check-long: servers  ## servers, importers, recorders and databases killed 130 times under load: some minutes
	$(BIN)/python -m benchmarks kills

check: setup  ## style, types and floors only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put the code into the one format
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

bench: setup  ## speed, beside its floors; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

quality: setup  ## quality on real logs, beside the simple rules and other packages; needs the logs
	benchmarks/quality/peers.sh
	$(BIN)/python -m benchmarks.quality

docs: setup  ## run every example in README and docs
	$(BIN)/pytest tests/docs -q

clean:  ## remove what setup and tests made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
