# The one entry: every target makes what it needs by itself. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
COMPILE := uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate
# The bench measures numpy's own best kernels; everything else leaves these as they are.
UNPINNED := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/.ready: requirements/dev.txt pyproject.toml scripts/environment
	@scripts/environment .venv dev
	@touch $@

.venv-bench/.ready: requirements/bench.txt requirements/bench-peers.txt pyproject.toml scripts/environment
	@scripts/environment .venv-bench bench bench-peers
	@touch $@

.PHONY: demo
demo: .venv/.ready ## run the main job on loopback and leave the server up (ARGS=--exit ends it)
	@.venv/bin/countenance demo $(ARGS)

.PHONY: test
test: .venv/.ready ## run every test, two at a time (ARGS=tests/unit for some)
	@mkdir -p build
	@$(PYTEST) -q -n 2 --dist worksteal --junit-xml=build/junit.xml $(ARGS)

.PHONY: check
check: .venv/.ready ## format, lint, types, floors, house rules, documentation
	@$(PYTHON) -m ruff format --check --quiet --output-format concise .
	@echo 'format    ok'
	@$(PYTHON) -m ruff check --quiet .
	@echo 'lint      ok'
	@$(PYTHON) -m mypy --no-error-summary
	@MYPYPATH=src:bench $(PYTHON) -m mypy --no-error-summary bench scripts
	@echo 'types     ok'
	@mkdir -p build; .venv/bin/lint-imports > build/lint-imports.txt || { cat build/lint-imports.txt; exit 1; }
	@echo 'floors    ok'
	@$(PYTEST) -q --no-header -p no:randomly -r fE tests/architecture

.PHONY: bench
bench: .venv-bench/.ready ## measure against the peers, into build/bench.json
	@$(UNPINNED) .venv-bench/bin/python bench/run.py $(ARGS)

.PHONY: format
format: .venv/.ready ## format, and fix what the linter can fix
	@$(PYTHON) -m ruff format --quiet .
	@$(PYTHON) -m ruff check --quiet --fix .

.PHONY: docs
docs: .venv/.ready ## write the reference pages that are made from the code
	@$(PYTHON) scripts/reference.py

.PHONY: lock
lock: ## resolve requirements/*.in again into locks with hashes (UPGRADE=--upgrade for newer versions)
	@cd requirements && $(COMPILE) $(UPGRADE) uv.in -o uv.txt
	@cd requirements && $(COMPILE) $(UPGRADE) runtime.in -o runtime.txt
	@cd requirements && $(COMPILE) $(UPGRADE) dev.in -c runtime.txt -o dev.txt
	@cd requirements && $(COMPILE) $(UPGRADE) bench.in -c runtime.txt -o bench.txt
	@cd requirements && $(COMPILE) $(UPGRADE) --no-deps bench-peers.in -o bench-peers.txt
