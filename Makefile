# Everything runs from two environments of its own, made on first use: .venv (development) and .venv-emulator (the local
# AWS emulator, whose interpreter runs the handlers). Nothing but Python 3.11 or later, make and Node.js must be there;
# Chromium too for the tests of the pages, which say so loudly where there is none.

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 20
export UV_PYTHON_DOWNLOADS = never
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV

PYTHON = .venv/bin/python
UV = .venv/bin/uv
LOCKS = $(wildcard requirements/*.lock)

# An environment holds absolute paths, so it is good for one place; and only while its interpreter still runs.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
CONTENT := $(shell cat $(LOCKS) pyproject.toml Makefile | cksum | cut -d ' ' -f 1)
MADE = .venv/made-at-$(PLACE)
READY = .venv/ready-$(CONTENT)
RUNS = -c 'print("runs")' 2>/dev/null
# `true`, because make takes 127 for an error of its own and prints what there is.
ifneq ($(shell $(PYTHON) $(RUNS); .venv-emulator/bin/python $(RUNS); true),runs runs)
.PHONY: $(MADE)
endif

.PHONY: setup run test conformance lint format attacks clauses bench lock app clean

setup: $(READY)
	@:

$(MADE):
	@for candidate in python3.13 python3 python3.12 python3.11; do \
	    $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$candidate && break; \
	done; \
	test -n "$$found" || { echo "Gatelet needs Python 3.11 or later with venv and pip; on Debian: apt-get install python3-venv" >&2; exit 1; }; \
	echo "Making .venv and .venv-emulator with $$($$found --version)"; \
	rm -rf .venv .venv-emulator && \
	$$found -m venv .venv && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock && \
	$(UV) venv --quiet --no-project --python $(PYTHON) .venv-emulator
	@touch $@

# The bytecode is compiled here, because importing aws_cdk takes 3 s without it.
$(READY): $(MADE)
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv requirements/development.lock
	@$(UV) pip sync --quiet --require-hashes --python .venv-emulator requirements/emulator.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --offline --python .venv --editable .
	@rm -f .venv/ready-* && touch $@

run: setup
	@exec $(PYTHON) -m gatelet_cli.local

# The end-to-end tests mostly wait for the emulator, so they run beside the others; their report comes last.
test: setup
	@report=$$(mktemp); \
	$(PYTHON) -m pytest tests/e2e >"$$report" 2>&1 & stack=$$!; \
	$(PYTHON) -m pytest --ignore=tests/e2e; others=$$?; \
	echo "The end-to-end tests, which ran beside these:"; \
	wait $$stack; ended=$$?; \
	cat "$$report"; rm -f "$$report"; \
	test $$others -eq 0 && test $$ended -eq 0

# The modules of the OpenID Foundation's conformance suite as tests of our own; writes docs/conformance.md.
conformance: setup
	@$(PYTHON) -m pytest tests/e2e/conformance --write-conformance

lint: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

format: setup
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: setup
	@$(PYTHON) -m bench

# Which attacks of tests/attacks/catalogue.csv the tests try; `make attacks VERBOSE=--verbose` names the tests.
attacks: setup
	@$(PYTHON) -m tests.attacks $(VERBOSE)

# Writes docs/clauses.md: which tests prove which clause of the specifications.
clauses: setup
	@$(PYTHON) -m tests.clauses

# What cdk.json calls; prints nothing, as the CDK expects of an app.
app: setup
	@exec $(PYTHON) infra/app.py

# One lock for every Python from 3.11 and every platform; hashes and no addresses. `make lock UPGRADE=--upgrade` moves on.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)

lock: $(MADE)
	$(COMPILE) --group bootstrap -o requirements/bootstrap.lock
	$(COMPILE) pyproject.toml -o infra/gatelet_cdk/runtime.lock
	$(COMPILE) pyproject.toml --all-extras --group development \
	    -c requirements/bootstrap.lock -c infra/gatelet_cdk/runtime.lock -o requirements/development.lock
	$(COMPILE) --group emulator -o requirements/emulator.lock

clean:
	rm -rf .venv .venv-emulator cdk.out dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	    tests/e2e/javascript/node_modules
