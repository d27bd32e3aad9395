# Everything runs from environments of its own, made on first use: .venv (development) and .venv-emulator (the local AWS
# emulator, whose interpreter runs the handlers). Nothing but Python 3.11 or later, make and Node.js must be there;
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

.PHONY: setup run test conformance lint format attacks clauses advisories removed-checks audit load mutation bench \
    bench-peers lock app clean

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

# The bytecode is compiled here: without it importing aws_cdk takes 3 s, and so does each start of the emulator.
$(READY): $(MADE)
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv requirements/development.lock
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv-emulator requirements/emulator.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --offline --python .venv --editable .
	@rm -f .venv/ready-* && touch $@

run: setup
	@exec $(PYTHON) -m gatelet_cli.local

# In three processes, since each of them waits now and then; the reports of the two longer ones come last.
test: setup
	@reports=$$(mktemp -d); \
	$(PYTHON) -m pytest tests/e2e >$$reports/e2e 2>&1 & e2e=$$!; \
	$(PYTHON) -m pytest tests/integration --ignore=tests/integration/cli >$$reports/integration 2>&1 & integration=$$!; \
	$(PYTHON) -m pytest tests/infra tests/unit tests/integration/cli; others=$$?; \
	echo "The integration tests, which ran beside these:"; \
	wait $$integration; integrated=$$?; cat $$reports/integration; \
	echo "The end-to-end tests, which ran beside these:"; \
	wait $$e2e; ended=$$?; cat $$reports/e2e; \
	rm -rf $$reports; \
	test $$others -eq 0 && test $$integrated -eq 0 && test $$ended -eq 0

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

# Lambda's runtime client and what Gatelet is compared with have an environment of their own.
BENCH_READY = .venv-bench/ready-$(CONTENT)
PEERS = bench/peers/node_modules/.package-lock.json

$(BENCH_READY): $(READY)
	@$(UV) venv --quiet --no-project --allow-existing --python $(PYTHON) .venv-bench
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv-bench requirements/bench.lock
	@rm -f .venv-bench/ready-* && touch $@

$(PEERS): bench/peers/package-lock.json
	@npm ci --silent --no-audit --no-fund --prefix bench/peers

bench: $(BENCH_READY)
	@$(PYTHON) -m bench

bench-peers: $(BENCH_READY) $(PEERS)
	@$(PYTHON) -m bench.peers

# Which attacks of tests/attacks/catalogue.csv the tests try; `make attacks VERBOSE=--verbose` names the tests.
attacks: setup
	@$(PYTHON) -m tests.attacks $(VERBOSE)

# Writes docs/clauses.md: which tests prove which clause of the specifications.
clauses: setup
	@$(PYTHON) -m tests.clauses

# Writes docs/advisories.md: which tests prove which published vulnerability of others absent.
advisories: setup
	@$(PYTHON) -m tests.advisories

# Takes each check of a list out of a copy of the functions and requires that tests notice; writes
# docs/removed-checks.md. `make removed-checks CHECKS=rotation` tries those with the word in their area or name.
removed-checks: setup
	@$(PYTHON) -m tests.removed_checks $(CHECKS)

# pip-audit has an environment of its own.
AUDIT_READY = .venv-audit/ready-$(CONTENT)

$(AUDIT_READY): $(READY)
	@$(UV) venv --quiet --no-project --allow-existing --python $(PYTHON) .venv-audit
	@$(UV) pip sync --quiet --require-hashes --python .venv-audit requirements/audit.lock
	@rm -f .venv-audit/ready-* && touch $@

# Looks every locked version up among the known vulnerabilities; fails on one, and where it could not look. With
# AUDIT=--may-be-unreachable the latter is a warning.
audit: $(AUDIT_READY)
	@$(PYTHON) -m tests.supply_chain .venv-audit/bin/pip-audit $(AUDIT)

# A minute of mixed traffic on a local stack of its own, and the proof that nothing was lost or doubled; for instance
# `make load LOAD='--clients 8 --seconds 20 --output json'`.
load: setup
	@$(PYTHON) -m tests.load $(LOAD)

# mutmut comes on top of what the tests need.
MUTATION_READY = .venv-mutation/ready-$(CONTENT)

$(MUTATION_READY): $(READY)
	@$(UV) venv --quiet --no-project --allow-existing --python $(PYTHON) .venv-mutation
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv-mutation \
	    requirements/development.lock requirements/mutation.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --offline --python .venv-mutation --editable .
	@rm -f .venv-mutation/ready-* && touch $@

# Changes the code in every way that mutmut knows, and counts the changes that no test notices; fails on one that
# tests/mutation/survivors.toml does not explain. For instance `make mutation MUTATION='--only functions/gatelet/oauth/pkce.py'`.
mutation: $(MUTATION_READY)
	@.venv-mutation/bin/python -m tests.mutation $(MUTATION)

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
	$(COMPILE) --group bench -c requirements/development.lock -o requirements/bench.lock
	$(COMPILE) --group audit -c requirements/development.lock -o requirements/audit.lock
	$(COMPILE) --group mutation -c requirements/development.lock -o requirements/mutation.lock

clean:
	rm -rf .venv .venv-emulator .venv-bench .venv-audit .venv-mutation .mutation cdk.out dist \
	    .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache bench/peers/node_modules tests/e2e/javascript/node_modules
