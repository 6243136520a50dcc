# The words of daily work. Each one does its own set-up; a second run does not set up again.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PYTHONPATH :=
export PYTHONOPTIMIZE :=
PY := .venv/bin/python
UV := .tools/bin/uv
GROUPS := slack webhook recorder dev lambda sam
FUNCTIONS := Slack Webhook Recorder

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

# More tests at once than most machines have cores: many wait for a lease, a limit or a queue for most of their time.
AT_ONCE := -n 4 --dist worksteal

.PHONY: test
test: setup ## run every test but the browser's
	@$(PY) -m pytest $(AT_ONCE)

.PHONY: coverage
coverage: setup ## the same with branch coverage, subprocesses included; takes half as long again
	@$(PY) -m pytest $(AT_ONCE) --cov --cov-report=term

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
bench: build .tools/lambda/.ready ## measure speed, as ratios within one run
	@$(PY) -m pytest tests/benchmarks -p benchmark -p no:randomly -p no:xdist -s

# SAM builds with the targets build-NAMEFunction, ARTIFACTS_DIR set; `make build` does the same without SAM.
ARCH ?= arm64
PLATFORM_arm64 := aarch64-manylinux_2_28
PLATFORM_x86_64 := x86_64-manylinux_2_28
ARTIFACTS := $(foreach arch,arm64 x86_64,$(FUNCTIONS:%=build/$(arch)/%Function))
LIMIT_MB := 6
build-RecorderFunction: LIMIT_MB := 9

.PHONY: build
build: $(ARTIFACTS) ## make every function's artifact, for both architectures, and print sizes

.PHONY: $(ARTIFACTS) $(FUNCTIONS:%=build-%Function)
$(ARTIFACTS): build/%: setup
	@rm -rf $@
	@$(MAKE) --no-print-directory build-$(@F) ARTIFACTS_DIR=$@ ARCH=$(notdir $(@D))

$(FUNCTIONS:%=build-%Function): build-%Function: setup
	@$(UV) pip install --quiet --target "$(ARTIFACTS_DIR)" -r requirements/$(shell echo $* | tr A-Z a-z).txt --require-hashes --no-deps \
	  --only-binary :all: --python $(PY) --python-version 3.13 --python-platform $(PLATFORM_$(ARCH)) --link-mode copy
	@$(PY) -m local.sam.artifact functions.$(shell echo $* | tr A-Z a-z) "$(ARTIFACTS_DIR)" --limit $(LIMIT_MB)

# What a function finds on Lambda besides its artifact: AWS's runtime client and boto3. SAM pins an old pydantic.
.tools/lambda/.ready .tools/sam/.ready: .tools/%/.ready: requirements/%.txt | setup
	@$(UV) venv --quiet --clear --python $(PY) .tools/$*
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .tools/$*/bin/python requirements/$*.txt
	@touch $@

.PHONY: test-built
test-built: build .tools/lambda/.ready .tools/sam/.ready ## run the end-to-end tests on the artifacts alone
	@RECORDBOT_BUILT=1 $(PY) -m pytest tests/e2e tests/artifacts $(AT_ONCE)

SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

.PHONY: validate
validate: .tools/sam/.ready ## check template.yaml as SAM and cfn-lint see it, the serverless rules included
	@$(SAM) validate --lint --region $${AWS_DEFAULT_REGION:-eu-central-1}
	@.tools/sam/bin/cfn-lint -a cfn_lint_serverless.rules -t template.yaml

.PHONY: events
events: setup ## make events/ anew: an event for each function and case, with signatures good for five minutes
	@$(PY) -m local.sam.events

.PHONY: docs
docs: setup ## write anew what is made from the code: the manifests, docs/commands.md, docs/openapi.json, the list of files
	@$(PY) -m bot.manifest > manifest.yaml
	@$(PY) -m bot.manifest --socket > manifest.socket.yaml
	@$(PY) -m bot.commands_doc > docs/commands.md
	@$(PY) -m docs.webhook_openapi > docs/openapi.json
	@$(PY) -m docs.list_files

.PHONY: docker
docker:
	@docker info >/dev/null 2>&1 || { echo "sam local needs Docker, which does not answer here; make demo runs the same system without it." >&2; exit 1; }

.PHONY: sam-local
sam-local: docker build .tools/sam/.ready .tools/lambda/.ready ## run the functions in SAM's containers (docs/sam-local.md)
	@$(PY) -m local sam

# A stack has a file of parameters. ARCH is what is built for and what the functions are told to run on.
STACK ?= recordbot

parameters/%.yaml:
	@echo "$@ is missing: copy parameters/example.yaml there, and put your RTC app and project into it." >&2; exit 1

.PHONY: deploy
deploy: parameters/$(STACK).yaml .tools/sam/.ready ## build and deploy to the AWS account of your shell (docs/operations.md)
	@ARCH=$(ARCH) $(SAM) build
	@$(SAM) deploy --stack-name $(STACK) --parameter-overrides file://$< Architecture=$(ARCH)

.PHONY: lock
lock: $(UV) ## lock every dependency group into requirements/
	@for group in $(GROUPS) uv; do \
	  $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
	    --python-version 3.13 --group pyproject.toml:$$group -o requirements/$$group.txt; done

.PHONY: clean
clean: ## remove everything make has made
	@rm -rf .venv .tools .aws-sam build events .coverage* .mypy_cache .ruff_cache .hypothesis htmlcov .benchmarks
