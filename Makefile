# Huiliu: everything that is done often. Needs Python 3.11 and make only; `make` alone lists the targets.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
UV ?= $(shell command -v uv || echo $(BIN)/uv)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
CODE := kernel wechat staff community loyalty campaigns webhooks web processes
CHECKS := check-style check-types check-imports check-templates check-vendored check-house check-safety

.PHONY: help setup setup-dev npm run test check $(CHECKS) fix prove bench migrate seed lock catalogue audit

help:
	@echo "setup run test check audit fix prove bench migrate seed lock catalogue"

setup: .venv/run.stamp

setup-dev: .venv/dev.stamp

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv

# packages come with the hashes of the lock, from whichever index this machine's pip is set up with
.venv/run.stamp: requirements.lock pyproject.toml requirements.in | .venv/bin/python
	@echo "installing packages (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml requirements.in | .venv/bin/python
	@echo "installing packages for development (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch .venv/run.stamp $@

# clients of WeChat written for node, which only tests use; without node their tests are skipped and say so
npm: tests/wechat/npm/node_modules/.package-lock.json

tests/wechat/npm/node_modules/.package-lock.json: tests/wechat/npm/package-lock.json
	@cd tests/wechat/npm && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

run: setup
	@exec $(BIN)/huiliu run --demo $(ARGS)

test: setup-dev
	$(BIN)/pytest -n 2 $(ARGS)

# side by side, each one's output in one piece
check: setup-dev
	@$(MAKE) --no-print-directory --output-sync=target -k -j 2 $(CHECKS)

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

check-templates:
	$(BIN)/djlint --lint --quiet templates

check-vendored:
	$(BIN)/python tools/vendor.py --check

# medium and high; each exception stands in pyproject.toml or beside its line, with its reason
check-safety:
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive $(CODE)

check-house:
	$(BIN)/pytest -q tests/architecture

# the house's own rules of safety; its tool has many parents, so it lives apart from what the product needs
.venv-audit/audit.stamp: requirements-audit.lock
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install --require-hashes -r requirements-audit.lock
	@touch $@

audit: .venv-audit/audit.stamp
	.venv-audit/bin/semgrep scan --config tools/semgrep.yml --metrics=off --disable-version-check --quiet --error .

fix: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

prove: setup-dev
	$(BIN)/pytest -m prove $(ARGS)

# other people's products, which ours is measured against; nothing else needs them
.venv-bench/bench.stamp: requirements-bench.lock
	@echo "installing what we are compared with (once) ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install --require-hashes -r requirements-bench.lock
	@touch $@

bench: setup-dev .venv-bench/bench.stamp
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

migrate: setup
	$(BIN)/huiliu migrate

seed: setup
	$(BIN)/huiliu seed

# English texts: take them anew from templates and pages, and compile; fails with the names of untranslated ones
catalogue: setup-dev
	$(BIN)/python tools/catalogue.py en

# no index and no address is written: only names, versions and hashes
lock: setup-dev
	$(UV) pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url requirements.in -o requirements.lock
	$(UV) pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-markers -c requirements.lock requirements-dev.in -o requirements-dev.lock
	$(UV) pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url requirements-audit.in -o requirements-audit.lock
	$(UV) pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url requirements-bench.in -o requirements-bench.lock
