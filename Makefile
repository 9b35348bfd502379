# statline: the daily commands. Everything they need besides Python 3.11+ and make is installed into .venv
# from the package registries, at the versions and hashes of requirements.lock.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
# Compiled modules are kept also where the environment says not to (images for CI often do): a node is five processes of a
# thousand modules each, and compiling them at every start makes it twice as dear (12.2 s of CPU instead of 6.6 s, measured).
unexport PYTHONDONTWRITEBYTECODE
READY := $(VENV)/.ready
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --universal --no-emit-index-url --custom-compile-command 'make lock'
T ?= tests
ARGS ?=
# Two workers: the machine this is developed on has two cores. A file's tests share engines, so they stay together, and
# tests/conftest.py says which files come first.
WORKERS ?= 2
FRONTEND := web/frontend
STATIC := web/static/dist/.built

.PHONY: help run test check bench chaos setup static browser lock clean

help: ## Show these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F@ '{printf "%-14s %s\n", $$1, $$2}'
	@echo
	@echo '  ARGS="--port 9090"          options for run and bench      T=tests/ingest  what to test'

run: $(READY) $(STATIC) ## Set up if needed, then serve on http://127.0.0.1:8080 (Ctrl-C stops)
	@exec $(BIN)/statline serve $(ARGS)

test: $(READY) $(STATIC) browser ## Run the tests; T= selects, e.g. T=tests/ingest or T="tests -k spool"
	@$(BIN)/python -m pytest -p tests.declared_skips -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(T) $(ARGS)

check: $(READY) ## Lint, formatting, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## Measure; B= selects, e.g. B=ingest (docs/benchmarks.md)
	@exec $(BIN)/python -m bench $(B) $(ARGS)

chaos: $(READY) ## Kill a server under load for minutes, then count everything again; ARGS="--seed 7 --kills 50"
	@exec $(BIN)/python -m tests.chaos $(ARGS)

setup: $(READY) ## Create .venv from requirements.lock (offline once done)

static: $(STATIC) ## Build what browsers load into web/static/dist (offline once its packages are there)

$(STATIC): $(READY) $(FRONTEND)/package-lock.json $(FRONTEND)/build.mjs $(FRONTEND)/build.sh \
           $(shell find $(FRONTEND)/scripts $(FRONTEND)/styles $(FRONTEND)/images -type f)
	@$(FRONTEND)/build.sh $(CURDIR)/$(BIN)/python

# Tests of pages drive a real browser. It is no Python package: root gets it from Debian, others are told what to do.
browser: ## See that the tests of pages have their browser
	@command -v chromium >/dev/null 2>&1 || [ -n "$$STATLINE_TEST_BROWSER" ] || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo 'Installing chromium for the tests of pages (apt-get) …' >&2; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else \
	    echo 'The tests of pages need Chromium: install it (Debian, Ubuntu: sudo apt-get install chromium), or name the' >&2; \
	    echo 'program of one that is there: STATLINE_TEST_BROWSER=/path/to/chrome make test' >&2; exit 1; \
	  fi; }

$(READY): requirements.lock pyproject.toml
	@python=; for candidate in python3.13 python3.12 python3.11 python3; do \
	  if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    python=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo 'statline needs Python 3.11 or newer with the venv module (on Debian and Ubuntu: python3-venv); none was found on PATH.' >&2; \
	  exit 1; \
	fi; \
	[ -x $(BIN)/python ] || $$python -m venv $(VENV)
	@# uv itself comes from the lock file too: its lines, hashes included, are handed to pip.
	@[ -x $(BIN)/uv ] || { \
	  awk '/^uv==/ {p = 1} p {print} p && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.txt && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt; }
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $(READY)

lock: $(READY) ## Resolve pyproject.toml again into requirements.lock and deploy/runtime.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(COMPILE) --group dev pyproject.toml -o requirements.lock
	@# The image's subset, at the same versions.
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(COMPILE) --group build -c requirements.lock pyproject.toml -o deploy/runtime.lock

clean: ## Remove .venv, caches and build products; keeps ./var (the data)
	@rm -rf $(VENV) build dist web/static/dist $(FRONTEND)/node_modules ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
