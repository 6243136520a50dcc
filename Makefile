# The words of daily work. Each one does its own set-up; a second run does not set up again.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PYTHONPATH :=
PY := .venv/bin/python
UV := .tools/bin/uv
GROUPS := slack webhook recorder dev

.PHONY: help
help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV): requirements/uv.txt
	@command -v python3 >/dev/null || { echo "recordbot needs python3 on the PATH to begin; install it and run make again." >&2; exit 1; }
	@python3 -m venv --clear .tools 2>/dev/null || { echo "python3 cannot make a virtual environment (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.ready: requirements/dev.txt .python-version | $(UV)
	@$(UV) python find --quiet 3.13 >/dev/null 2>&1 || $(UV) python install --quiet 3.13 >/dev/null 2>&1 || { \
	  echo "recordbot needs Python 3.13, and none was found or could be downloaded: install it (python.org, pyenv, your package manager) and run make again." >&2; exit 1; }
	@$(UV) venv --quiet --clear --python 3.13 .venv
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(PY) requirements/dev.txt
	@touch $@

.PHONY: setup
setup: .venv/.ready ## make .venv with everything locked in requirements/dev.txt

.PHONY: demo
demo: setup ## the bot on this machine, with a page to try it at http://127.0.0.1:3000 (PORT=)
	@$(PY) -m local serve

.PHONY: test
test: setup ## run every test, with branch coverage
	@$(PY) -m pytest -n 2 --cov --cov-report=term

.PHONY: browser
browser: setup ## test the page of make demo in a headless Chromium, which the machine must have
	@$(PY) -m pytest tests/browser -p no:xdist

.PHONY: picture
picture: setup ## take docs/demo.png, the picture in README.md, from the running page
	@$(PY) -m tests.browser.picture

.PHONY: check
check: setup ## lint, format, types, layers
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

.PHONY: format
format: setup ## mend what the linter and formatter can mend
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

.PHONY: bench
bench: setup ## measure speed, as ratios within one run
	@$(PY) -m pytest tests/benchmarks -p benchmark -p no:randomly -p no:xdist -s

.PHONY: lock
lock: $(UV) ## lock every dependency group into requirements/
	@for group in $(GROUPS) uv; do \
	  $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
	    --python-version 3.13 --group pyproject.toml:$$group -o requirements/$$group.txt; done

.PHONY: clean
clean: ## remove everything make has made
	@rm -rf .venv .tools .coverage* .mypy_cache .ruff_cache .hypothesis htmlcov .benchmarks
