# The targets of daily work. Each one does its own set-up; a second run does not set up again.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PYTHONPATH :=
export PYTHONOPTIMIZE :=
export PYTHONDONTWRITEBYTECODE :=
PY := .venv/bin/python
UV := .tools/uv/bin/uv
# template.yaml names them.
FUNCTIONS := $(shell sed -n 's|^  \([A-Za-z0-9]*\)Function:$$|\1|p' template.yaml)
$(if $(FUNCTIONS),,$(error no function is found in template.yaml))

# Whatever is installed, downloaded or noted down on the way stays in this folder.
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
export UV_PYTHON_INSTALL_DIR ?= $(CURDIR)/.tools/python
export __SAM_CLI_APP_DIR ?= $(CURDIR)/.tools/aws-sam

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# What a target needs, by group of requirements/: installed once, on top of what is there.
NEEDS := uv ops local dev browser lambda sam
.PHONY: $(NEEDS:%=needs-%)
$(NEEDS:%=needs-%): needs-%:
	@requirements/install $*
$(filter-out needs-uv,$(NEEDS:%=needs-%)): needs-uv

.PHONY: setup
setup: needs-browser ## install what all targets that work on the sources need

.PHONY: demo
demo: needs-local ## the bot on this machine, with a page to try it at http://127.0.0.1:3000 (PORT=)
	@$(PY) -m local serve

# More tests at once than most machines have cores: many wait for a lease, a limit or a queue for most of their time.
# The tests of a file run on one worker, because the first system of a worker needs seconds of a core to start.
# The files that wait longest begin first. Files that use the CPU begin between them (tests/e2e/conftest.py).
AT_ONCE := -n 5 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: needs-dev ## run every test but the drills, the browser's and the artifacts'
	@$(PY) -m pytest $(AT_ONCE) -m "not drill"

# They take longer than all other tests together. Most of that is waiting, or the processes of systems that they break.
.PHONY: drills
drills: needs-dev ## play each failure of docs/reliability.md, outages, long recordings, the golden record's script, and crowds, with real parts
	@$(PY) -m pytest $(AT_ONCE) -m drill

# The same events in each run, so that a red run is about the change. Another SEED finds more.
N ?= 5000
SEED ?= 1

.PHONY: fuzz
fuzz: needs-dev ## send N=5000 hostile events to each door, those of SEED=1, call the webhook in all ways, and try more examples
	@FUZZ_N=$(N) FUZZ_SEED=$(SEED) $(PY) -m pytest tests/fuzz -n 2 --dist loadfile
	@EXAMPLES=100 $(PY) -m pytest $(AT_ONCE) -m hypothesis

.PHONY: coverage
coverage: needs-dev ## run all tests and drills with branch coverage, subprocesses included
	@$(PY) -m pytest $(AT_ONCE) --cov --cov-report=term

.PHONY: browser
browser: needs-browser ## test the page of make demo in a headless Chromium, which the machine must have
	@$(PY) -m pytest tests/browser -n 2 --dist loadfile

.PHONY: picture
picture: needs-browser ## take docs/demo.png, the picture in README.md, and docs/demo-*.png, from the running page
	@$(PY) -m tests.browser.picture

.PHONY: check
check: needs-browser ## lint, format, types, layers, and the example of the team's configuration
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m docs.team_schema | diff parameters/team.schema.json - || { echo "parameters/team.schema.json is old: make docs" >&2; exit 1; }
	@$(PY) -m ops config check parameters/team.example.yaml

.PHONY: format
format: needs-dev ## fix what the linter and formatter can fix
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

.PHONY: imports
imports: needs-dev ## print what each function imports, who imports it and what it costs
	@$(PY) -m tests.imports

.PHONY: bench
bench: build peers needs-dev needs-lambda ## measure speed beside what a user would pick instead, and write docs/benchmarks.md; then a thousand orders at RTC's pace
	@$(PY) -m tests.benchmarks.table
	@$(PY) -m pytest tests/benchmarks/test_burst.py -p no:randomly -p no:xdist -s

.PHONY: bench-crowds
bench-crowds: build needs-dev needs-lambda ## measure a thousand orders as make bench does, a thousand events, RTC's callbacks, and imports that were not taken
	@$(PY) -m pytest tests/benchmarks -p no:randomly -p no:xdist -s

.PHONY: bench-scale
bench-scale: needs-dev ## measure what a recording takes of the functions, and write docs/scale.md: its cost, and what many need
	@$(PY) -m tests.scale.measure
	@$(PY) -m tests.scale.page

# What `make bench` compares with: each as pip leaves it, and with bytecode, as our artifacts have it.
.PHONY: peers
peers: needs-local
	@peer() { rm -rf "build/peers/$$1-plain" "build/peers/$$1-compiled"; \
	  $(UV) pip install --quiet --target "build/peers/$$1-plain" -r "requirements/peer-$$1.txt" --require-hashes --no-deps \
	    --only-binary :all: --python $(PY) --link-mode copy; \
	  cp tests/benchmarks/peers/"$$1"_*.py "build/peers/$$1-plain"; cp -r "build/peers/$$1-plain" "build/peers/$$1-compiled"; \
	  $(PY) -m compileall -q --invalidation-mode unchecked-hash "build/peers/$$1-compiled"; }; \
	peer bolt; peer sdk

# SAM builds with the targets build-NAMEFunction, ARTIFACTS_DIR set; `make build` does the same without SAM.
ARCH ?= arm64
PLATFORM_arm64 := aarch64-manylinux_2_28
PLATFORM_x86_64 := x86_64-manylinux_2_28
ARTIFACTS := $(foreach arch,arm64 x86_64,$(FUNCTIONS:%=build/$(arch)/%Function))
LIMIT_MB := 6
build-RecorderFunction: LIMIT_MB := 9
build-SlackFunction: LIMIT_MB := 8

.PHONY: build
build: $(ARTIFACTS) ## make every function's artifact, for both architectures, and print sizes

.PHONY: $(ARTIFACTS) $(FUNCTIONS:%=build-%Function)
$(ARTIFACTS): build/%: needs-local
	@rm -rf $@
	@$(MAKE) --no-print-directory build-$(@F) ARTIFACTS_DIR=$@ ARCH=$(notdir $(@D))

$(FUNCTIONS:%=build-%Function): build-%Function: needs-local
	@$(UV) pip install --quiet --target "$(ARTIFACTS_DIR)" -r requirements/$(shell echo $* | tr A-Z a-z).txt --require-hashes --no-deps \
	  --only-binary :all: --python $(PY) --python-version 3.13 --python-platform $(PLATFORM_$(ARCH)) --link-mode copy
	@$(PY) -m local.sam.artifact functions.$(shell echo $* | tr A-Z a-z) "$(ARTIFACTS_DIR)" --limit $(LIMIT_MB)

.PHONY: test-built
test-built: build needs-dev needs-lambda needs-sam ## run the end-to-end tests on the artifacts alone
	@RECORDBOT_BUILT=1 $(PY) -m pytest tests/e2e tests/artifacts -m "not sources" $(AT_ONCE)

SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

.PHONY: validate
validate: needs-sam ## check template.yaml as SAM and cfn-lint see it, the serverless rules included
	@$(SAM) validate --lint --region $${AWS_DEFAULT_REGION:-eu-central-1}
	@.tools/sam/bin/cfn-lint -a cfn_lint_serverless.rules -t template.yaml docs/events/*.yaml

.PHONY: events
events: needs-local ## make events/ anew: an event for each function and case, with signatures good for five minutes
	@$(PY) -m local.sam.events

.PHONY: docs
docs: needs-dev ## write anew what is made from the code: the manifests, docs/commands.md, docs/openapi.json, docs/events/, the schema of the team's configuration, docs/reliability.md, docs/scale.md, the list of files
	@$(PY) -m bot.manifest > manifest.yaml
	@$(PY) -m bot.manifest --socket > manifest.socket.yaml
	@$(PY) -m bot.commands_doc > docs/commands.md
	@$(PY) -m docs.webhook_openapi > docs/openapi.json
	@$(PY) -m docs.team_schema > parameters/team.schema.json
	@$(PY) -m docs.event_schemas
	@$(PY) -m tests.integration.drills.every
	@$(PY) -m tests.scale.page
	@$(PY) -m docs.list_files

.PHONY: docker
docker:
	@docker info >/dev/null || { echo "sam local needs Docker, which does not answer here, for the reason above; make demo runs the same system without it." >&2; exit 1; }

.PHONY: sam-local
sam-local: docker build needs-sam needs-lambda ## run the functions in SAM's containers (docs/sam-local.md)
	@$(PY) -m local sam

# A stack has a file of parameters. ARCH is the architecture of the build and of the deployed functions.
STACK ?= recordbot

parameters/%.yaml:
	@echo "$@ is missing: copy parameters/example.yaml there, and put your RTC app and project into it." >&2; exit 1

.PHONY: deploy
deploy: parameters/$(STACK).yaml needs-sam ## build and deploy to the AWS account of your shell (docs/operations.md)
	@ARCH=$(ARCH) $(SAM) build
	@$(SAM) deploy --stack-name $(STACK) --parameter-overrides file://$< Architecture=$(ARCH)

.PHONY: lock
lock: needs-uv ## lock every dependency group into requirements/
	@lock() { $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
	    --python-version 3.13 --group "pyproject.toml:$$1" -o "requirements/$$1.txt" $${2:+--constraints "$$2"}; }; \
	lock browser; lock sam; lock uv; \
	for group in dev local ops $(shell echo $(FUNCTIONS) | tr A-Z a-z) lambda peer-bolt peer-sdk; do lock "$$group" requirements/browser.txt; done

.PHONY: ops
ops: needs-ops ## install what .venv/bin/python -m ops needs, to act on a deployed stack (docs/operations.md)

.PHONY: clean
clean: ## remove everything make has made
	@rm -rf .venv .tools .aws-sam build events .coverage* .mypy_cache .ruff_cache .hypothesis htmlcov
