# Commands for a checkout. They need Python 3.11 or newer and make; everything else is installed into .venv/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CLIENTS := build/clients
NODE_BIN := $(CLIENTS)/typescript/node_modules/.bin

.DEFAULT_GOAL := help
.PHONY: help serve wheel test test-long openapi clients lint-openapi bench bench-write bench-relevance bench-quality bench-search bench-linking screenshots lint format lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.serve ## Start Dateline with its demo archive (PORT=8000, DATELINE_DATA=.dateline)
	@exec $(BIN)/dateline serve --demo

wheel: $(VENV)/.serve ## Build the wheel in dist/, to install Dateline elsewhere (docs/operations.md)
	@rm -rf build/lib build/bdist.* # setuptools would add what an earlier build left there
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

test: $(VENV)/.dev ## Run the tests, on an embedded Postgres or the one of TEST_DATABASE_URL
	$(BIN)/python -m pytest -n auto --dist loadfile

# In the order of their names the longest tests, Swagger UI and the fuzzer, start early, so that others run beside them.
test-long: $(VENV)/.dev ## Run the slow tests: kills, load, browser, clients
	$(BIN)/python -m pytest -m "long and not alone" -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m "long and alone"

openapi: $(VENV)/.dev ## Update docs/openapi.json and its example responses from the demo archive
	DATELINE_EXAMPLES=write $(BIN)/python -m pytest tests/contract/test_examples.py -k demo_archive
	$(BIN)/dateline openapi --output docs/openapi.json

clients: $(VENV)/.dev $(CLIENTS)/.node ## Generate the TypeScript and Python clients in build/clients/
	@rm -rf $(CLIENTS)/python # otherwise it would keep what the API no longer has
	$(NODE_BIN)/openapi-typescript docs/openapi.json --default-non-nullable false --output $(CLIENTS)/typescript/dateline.ts
	@# The generator formats its output with the ruff on the PATH.
	PATH="$(CURDIR)/$(BIN):$$PATH" openapi-python-client generate --path docs/openapi.json --config tests/clients/python.yaml \
		--meta none --fail-on-warning --output-path $(CLIENTS)/python/dateline_client

lint-openapi: $(CLIENTS)/.node ## Check docs/openapi.json with Redocly's rules
	REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(NODE_BIN)/redocly lint --config tests/clients/redocly.yaml docs/openapi.json

bench: $(VENV)/.dev ## Compare reads with plain SQL, an empty view and FastAPI, in five minutes (OPTIONS=...)
	$(BIN)/python -m bench.read $(OPTIONS)

bench-write: $(VENV)/.dev ## Compare a batch of 10,000 articles over HTTP with COPY of the same rows
	$(BIN)/python -m bench.write

bench-relevance: $(VENV)/.dev ## Compare the quality of searches with tantivy, on COLLECTION=path in Cranfield's format (OPTIONS=...)
	$(BIN)/python -m bench.relevance $(COLLECTION) $(OPTIONS)

bench-quality: $(VENV)/.dev ## Compare what searches find with goals and with tantivy and bm25s (OPTIONS="--data path")
	$(BIN)/python -m bench.quality $(OPTIONS)

bench-search: $(VENV)/.dev ## Compare the speed of searches with tantivy (OPTIONS="--articles 1000000 --reuters path")
	$(BIN)/python -m bench.search $(OPTIONS)

bench-linking: $(VENV)/.dev ## Measure how precisely and how fast names are linked
	$(BIN)/python -m pytest -q -s tests/unit/test_linking.py
	$(BIN)/python -m bench.linking

screenshots: $(VENV)/.dev ## Take the screenshots in docs/images/ with Chromium
	DATELINE_SCREENSHOTS=docs/images $(BIN)/python -m pytest -m "long or not long" tests/browser

lint: $(VENV)/.dev ## Check style, types and the directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## Update both lock files from pyproject.toml
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--group build --group dev --group bench pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment, builds and caches, but not the data
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Dateline needs Python 3.11 or newer. Choose one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
		{ echo "Python's venv module is incomplete; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.serve: $(VENV)/.created requirements.lock pyproject.toml
	@echo "Installing what Dateline needs (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.serve requirements-dev.lock
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(CLIENTS)/.node: $(addprefix tests/clients/,.npmrc package.json package-lock.json)
	@command -v npm >/dev/null || { echo "npm is missing; on Debian: apt-get install nodejs npm"; exit 1; }
	@echo "Installing what the clients are made with (once) ..."
	@mkdir -p $(CLIENTS)/typescript && cp $^ $(CLIENTS)/typescript
	@cd $(CLIENTS)/typescript && npm ci --no-progress --loglevel error
	@touch $@
