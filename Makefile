# Everything lives in .venv. Needed: Python 3.11 or newer, and the package registries.
# The real services (Mosquitto, Apache Kafka, TimescaleDB) are installed by `make test` and
# `make bench`: that needs root on Debian the first time.

PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
             $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
             && echo $$p && break; done)
VENV    := .venv
RUN     := $(VENV)/bin/python
PIP     := $(RUN) -m pip --disable-pip-version-check --quiet install
WORKERS ?= 2
OUTAGE_SECONDS ?= 600
LOCK    := $(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 \
             --fork-strategy fewest --generate-hashes --no-emit-index-url --quiet --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench recordings faults fuzz check portal lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(VENV)/embedded.stamp portal ## .venv with the platform and the embedded services

demo: setup ## the whole platform with a simulated city, until Ctrl-C (ARGS='--seconds 30 --json')
	@$(VENV)/bin/stadspuls demo $(ARGS)

test: check real clients portal browser spoilers ## the checks, then all tests on the embedded and on the real services (ARGS='-k name')
	$(VENV)/bin/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

bench: $(VENV)/dev.stamp real ## throughput and latency on the real services
	$(RUN) -m bench $(ARGS)

recordings: $(VENV)/dev.stamp real ## every recording of ../shared/data through the real services, twice (ARGS='--only bicycle')
	$(RUN) -m bench.recordings $(ARGS)

faults: $(VENV)/dev.stamp real spoilers ## every fault: 200 kills at 2,000 readings a second, outages of 10 minutes; writes tests/README.md
	@rm -f $(VENV)/faults.jsonl
	STADSPULS_FAULT_OUTCOMES=$(VENV)/faults.jsonl STADSPULS_FAULT_KILLS=200 STADSPULS_FAULT_RATE=2400 \
	    STADSPULS_FAULT_OUTAGE_SECONDS=$(OUTAGE_SECONDS) STADSPULS_FAULT_FLOOD=4000 STADSPULS_FAULT_DEVICES=5000 \
	    STADSPULS_FAULT_SLOW_SECONDS=60 \
	    $(VENV)/bin/pytest tests/faults $(ARGS); status=$$?; \
	    $(RUN) -m tests.faults.report $(VENV)/faults.jsonl; exit $$status

fuzz: $(VENV)/fuzz.stamp real ## every law for a minute, 50,000 requests; writes tests/README.md (SECONDS=600)
	@rm -f $(VENV)/fuzz.jsonl
	export STADSPULS_FUZZ_OUTCOMES=$(VENV)/fuzz.jsonl STADSPULS_FUZZ_EXAMPLES=50000; \
	    $(RUN) -m tests.fuzz $(or $(SECONDS),60) $(VENV)/fuzz; status=$$?; \
	    $(VENV)/bin/pytest tests/fuzz -k 'anything' $(ARGS) || status=1; \
	    $(RUN) -m tests.fuzz.report $(VENV)/fuzz.jsonl; exit $$status

check: $(VENV)/dev.stamp ## format, lint, types, import contracts, sensor profiles
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/stadspuls profile check schemas/profiles

portal: ## scripts, map and charts of the pages, by npm; without them pages still tell everything
	@$(MAKE) --no-print-directory $(VENV)/portal.stamp || echo 'going on without the scripts of the pages: no map, and values stand still'

lock: ## new versions in requirements/*.txt, within pyproject.toml
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(LOCK) pyproject.toml --group build --extra embedded --extra traces --extra grafana --group dev $(UPGRADE) -o requirements/dev.txt
	$(LOCK) pyproject.toml --group build --extra embedded -c requirements/dev.txt -o requirements/embedded.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/platform.txt
	$(LOCK) --group node $(UPGRADE) -o requirements/node.txt
	$(LOCK) --group fuzz $(UPGRADE) -o requirements/fuzz.txt

clean: ## removes .venv and what the tools keep
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Without them their tests are left out, and the tests say so.
.PHONY: real clients browser spoilers
real: $(VENV)/dev.stamp
	@$(RUN) -m deploy.stack.install || echo 'going on without the real services'

clients: $(VENV)/dev.stamp
	@$(MAKE) --no-print-directory $(VENV)/clients.stamp || echo "going on without other people's clients"

browser: $(VENV)/dev.stamp
	@$(RUN) -m tests.browser.install || echo 'going on without a browser'

spoilers: $(VENV)/dev.stamp
	@$(RUN) -m tests.faults.install || echo 'going on without clocks that jump and disks that fail'

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/bin/pip
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/embedded.stamp

# Atheris has wheels for some versions of Python only; without it cases are looked for by chance.
$(VENV)/fuzz.stamp: requirements/fuzz.txt | $(VENV)/dev.stamp
	@$(PIP) --require-hashes -r requirements/fuzz.txt || echo 'going on without Atheris'
	@touch $@

# Other people's clients of what we publish, which npm installs.
$(VENV)/clients.stamp: tests/clients/package.json tests/clients/package-lock.json | $(VENV)/node.stamp
	@mkdir -p $(VENV)/clients && cp $^ $(VENV)/clients
	cd $(VENV)/clients && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/portal.stamp: api/portal/package.json api/portal/package-lock.json api/portal/build.cjs $(wildcard api/portal/scripts/*) | $(VENV)/node.stamp
	@mkdir -p $(VENV)/portal && cp api/portal/package.json api/portal/package-lock.json $(VENV)/portal
	@cd $(VENV)/portal && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" NODE_PATH="$(CURDIR)/$(VENV)/portal/node_modules" node api/portal/build.cjs
	@touch $@

# Node.js: a wheel brings it where this computer has none that is new enough.
$(VENV)/node.stamp: requirements/node.txt | $(VENV)/bin/pip
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null && npm --version >/dev/null 2>&1 \
	    || $(PIP) --require-hashes -r requirements/node.txt
	@touch $@

$(VENV)/embedded.stamp: requirements/embedded.txt pyproject.toml | $(VENV)/bin/pip
	$(PIP) --require-hashes -r requirements/embedded.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/bin/pip:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed, and none was found' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { test "$$(id -u)" = 0 && apt-get update -qq \
	    && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }
