# Every command installs what it needs: `make up` and `make test` work on a fresh machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# CPython 3.13 is the Lambda runtime; without it the newest from 3.11 on.
PYTHON ?= $(shell for found in python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13 \
	"$$(uv python find 3.13 2>/dev/null)" python3.14 python3.12 python3.11 python3; do \
	[ -n "$$found" ] && "$$found" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo "$$found" && break; done)
BIN := .venv/bin
export PYTHONPATH := $(CURDIR)
# On a machine that forbids bytecode, every process would compile every package again.
unexport PYTHONDONTWRITEBYTECODE
STAGE ?= dev
# broadening: asks before it widens a permission; never: the change was approved beforehand.
APPROVE ?= broadening
CDK := npx --yes aws-cdk@2.1148.1
# STAGE has a default for deployments; an operator's command goes to this machine unless a stage was given.
OPERATED = $(if $(filter command environment,$(firstword $(origin STAGE))),--stage $(STAGE))
CONTEXT = CDK_CONTEXT_JSON='{"stage": "$(STAGE)"}'
# jsii warns of old Node versions by their major number; harmless here.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := $(shell node -p "process.versions.node.split('.')[0]" 2>/dev/null)
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.PHONY: help up chaos races mutants fuzz load migrations test test-all check lint fix lock bench data demo admin verify-audit examples openapi synth deploy diff migration

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1@\2/' | column -t -s@

# uv installs in seconds what takes pip minutes; where it can't be had, pip reads the same lock.
PIP := python -m pip install --quiet --disable-pip-version-check
UV := uv==0.13.9
install = $(1)/bin/$(PIP) $(UV) 2>/dev/null && $(1)/bin/uv pip install --quiet --python $(1)/bin/python -r $(2) \
	|| $(1)/bin/$(PIP) -r $(2)

.venv/ready: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer (best: 3.13) is needed: install it and try again."; exit 1; }
	@command -v node >/dev/null || { echo "Node 20 or newer is needed (by aws-cdk-lib): install it and try again."; exit 1; }
	@# Of two commands at once, one installs and the other waits.
	@exec 9< requirements.txt; flock 9; if [ $@ -nt requirements.txt ]; then exit 0; fi; \
	echo "Installing the Python packages into .venv (once) …"; \
	rm -rf .venv && "$(PYTHON)" -m venv .venv && { $(call install,.venv,requirements.txt); } && touch $@

up: .venv/ready ## run the whole platform on this machine (PORT=8000; KEEP=1 keeps the data for the next KEEP=1)
	@exec $(BIN)/python -m local

# A file is one worker's, in the order of tests/conftest.py; one worker more than cores, as some tests wait.
PARALLEL := -n $(shell expr $$(nproc) + 1) --dist loadfile --no-loadscope-reorder

test: .venv/ready ## run the tests
	@$(BIN)/python -m pytest -m "not slow" $(PARALLEL)

test-all: .venv/ready ## run all tests, the long ones too
	@$(BIN)/python -m pytest

chaos: .venv/ready ## inject every fault of the catalogue while users work on the platform (ten minutes; ONLY=SQS for one fault)
	@$(BIN)/python -m pytest tests/chaos -m slow -s

fuzz: .venv/ready ## send 10,000 requests, generated from docs/openapi.json, to a platform of its own (six minutes)
	@$(BIN)/python -m tests.fuzz

# The machine of tests/machine beside the races, each on a core and a database of its own.
races: .venv/ready ## concurrent calls, 200 rounds of each race, and 300 random histories compared with a simple model (about ten minutes)
	@$(BIN)/python -m pytest tests/machine --rounds=200 & machine=$$!; \
	$(BIN)/python -m pytest -m race --ignore=tests/machine --rounds=200; raced=$$?; \
	wait $$machine && exit $$raced

mutants: .venv/ready ## break every guard once and check that its test fails (sixteen minutes; ONLY=words of a guard)
	@$(BIN)/python -m pytest tests/mutants -m slow -n 2

# Locust brings a plugin into every pytest beside it, so it lives apart.
.venv/load: .venv/ready tests/load/requirements.txt
	@rm -rf $@ && $(BIN)/python -m venv $@
	@$(call install,$@,tests/load/requirements.txt)
	@touch $@

load: .venv/load ## five minutes of steady load with 200 sockets; memory must not grow (seven minutes; MINUTES=2)
	@$(BIN)/python -m tests.load

migrations: .venv/ready ## run each migration up, down and up again on a million rows while both releases work (twelve minutes; ROWS=50000)
	@$(BIN)/python -m pytest tests/migrations -m slow -s

node_modules/.linters: package-lock.json
	@npm install --include=dev --no-audit --no-fund --silent
	@touch $@

check: lint ## check format, lint, types and the rules of tests/architecture; changes nothing
	@$(BIN)/python -m pytest tests/architecture $(PARALLEL)

lint: .venv/ready node_modules/.linters ## check format, lint and types only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@npx redocly lint docs/openapi.json
	@npx spectral lint --fail-severity=warn --quiet docs/openapi.json docs/asyncapi.json

fix: .venv/ready ## format the code and fix what the linter can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.venv/bench: .venv/ready bench/requirements.txt
	@$(call install,.venv,bench/requirements.txt)
	@touch $@

bench: .venv/bench ## measure the goals of docs/performance.md against their peers and record the results there (ROWS="1 7")
	@$(BIN)/python -m bench $(ROWS)

data: .venv/ready ## fill the running platform's database with a market to search (SPACES=1000000 takes minutes)
	@$(BIN)/python -m local.demo.market $(SPACES)

demo: .venv/ready ## one complete lease, step by step over HTTP and WebSocket on the running platform (or URL=https://…)
	@$(BIN)/python -m local.demo.story

lock: .venv/ready ## regenerate requirements.txt and layers/*/requirements.txt from their requirements.in
	@$(BIN)/$(PIP) $(UV)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" -o requirements.txt requirements.in
	@$(BIN)/python -m stacks.parts.layers

# Their tests send and hear every frame of the WebSocket API.
FRAMES := tests/realtime tests/bids/test_socket.py tests/bids/test_who_is_notified.py tests/notifications \
	tests/payments/test_as_printed.py tests/maintenance/test_tell_maintainers.py tests/messages/test_tell_participants.py

# Before: an answer is compared with docs/openapi.json. After: that has the examples.
examples: .venv/ready ## send every operation's example, keep those that are missing or out of date, and run openapi (five minutes; ONLY=verb_noun)
	@$(BIN)/python -m tools.describe
	@$(BIN)/python -m pytest tests/architecture/test_examples.py $(if $(ONLY),-k $(ONLY),$(FRAMES)) --keep-examples -q
	@$(BIN)/python -m tools.describe

openapi: .venv/ready ## generate docs/{openapi,asyncapi}.json and docs/{operations,errors,schema}.md from the code
	@$(BIN)/python -m tools.describe

admin: .venv/ready ## make a registered user a SUPER_ADMIN (EMAIL=…; STAGE=prod: in the cloud, otherwise on this machine)
	@test -n "$(EMAIL)" || { echo "Say whom: make admin EMAIL=somebody@example.com"; exit 1; }
	@$(BIN)/python -m tools.operate make_administrator '{"email": "$(EMAIL)"}' $(OPERATED)

verify-audit: .venv/ready ## verify every seal of the audit log (STAGE=prod: in the cloud, otherwise on this machine)
	@$(BIN)/python -m tools.operate verify_audit $(OPERATED)

synth: .venv/ready ## synthesize the CloudFormation templates into cdk.out (STAGE=dev)
	@$(CONTEXT) $(BIN)/python app.py

STACKS ?= --all
deploy: .venv/ready ## deploy to the AWS account of your credentials (STAGE=dev)
	@$(CDK) deploy $(STACKS) --require-approval $(APPROVE) --context stage=$(STAGE) --app "$(BIN)/python app.py"

diff: .venv/ready ## show what `make deploy` would change and, above all, replace (STAGE=dev)
	@$(CDK) diff --context stage=$(STAGE) --app "$(BIN)/python app.py"

migration: .venv/ready ## draft a migration from shared/schema/tables/ (m="what changes"; DATABASE_URL of a migrated database)
	@test -n "$(m)" && test -n "$(DATABASE_URL)" || { \
	echo "Say what changes, and where a migrated database is: make migration m='what changes' DATABASE_URL=…"; exit 1; }
	@$(BIN)/python -m shared.schema.migrate draft "$(m)"
