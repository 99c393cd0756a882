# Everything Dateline can do from a checkout. It needs Python 3.11 or newer and make; the rest goes into .venv/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CLIENTS := build/clients
NODE_BIN := $(CLIENTS)/typescript/node_modules/.bin

.DEFAULT_GOAL := help
.PHONY: help serve wheel test test-long openapi clients lint-openapi bench bench-write bench-relevance bench-search screenshots lint format lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.serve ## Start Dateline with its demo archive (PORT=8000, DATELINE_DATA=.dateline)
	@exec $(BIN)/dateline serve --demo

wheel: $(VENV)/.serve ## Build the package to install elsewhere, in dist/ (docs/operations.md)
	@rm -rf build/lib build/bdist.* # setuptools would add what an earlier build left there
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

test: $(VENV)/.dev ## Run the tests, on an embedded Postgres or the one of TEST_DATABASE_URL
	$(BIN)/python -m pytest -n auto --dist loadfile

# In the order of their names the longest, Swagger UI and the fuzzer, do not come last, when nothing is left beside them.
test-long: $(VENV)/.dev ## Run the kills, the load and all other slow tests
	$(BIN)/python -m pytest -m long -n 2 --dist loadfile --no-loadscope-reorder

openapi: $(VENV)/.dev ## Write docs/openapi.json anew, its example answers included, as the demo archive gives them
	DATELINE_EXAMPLES=write $(BIN)/python -m pytest tests/contract/test_examples.py -k demo_archive
	$(BIN)/dateline openapi --output docs/openapi.json

clients: $(VENV)/.dev $(CLIENTS)/.node ## Make clients of docs/openapi.json in build/clients/, in TypeScript and Python
	@rm -rf $(CLIENTS)/python # it would keep what the API has no more
	$(NODE_BIN)/openapi-typescript docs/openapi.json --default-non-nullable false --output $(CLIENTS)/typescript/dateline.ts
	@# It formats what it makes with the ruff it finds.
	PATH="$(CURDIR)/$(BIN):$$PATH" openapi-python-client generate --path docs/openapi.json --config tests/clients/python.yaml \
		--meta none --fail-on-warning --output-path $(CLIENTS)/python/dateline_client

lint-openapi: $(CLIENTS)/.node ## Check docs/openapi.json by Redocly's rules
	REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(NODE_BIN)/redocly lint --config tests/clients/redocly.yaml docs/openapi.json

bench: $(VENV)/.dev ## Measure reads beside their SQL, an empty view and a FastAPI list, in five minutes (OPTIONS=...)
	$(BIN)/python -m bench.read $(OPTIONS)

bench-write: $(VENV)/.dev ## Measure a batch of 10,000 articles over HTTP beside COPY of the same rows
	$(BIN)/python -m bench.write

bench-relevance: $(VENV)/.dev ## Measure how good searches are beside tantivy, on COLLECTION=path in Cranfield's format (OPTIONS=...)
	$(BIN)/python -m bench.relevance $(COLLECTION) $(OPTIONS)

bench-search: $(VENV)/.dev ## Measure how fast searches are beside tantivy (OPTIONS="--articles 1000000 --reuters path")
	$(BIN)/python -m bench.search $(OPTIONS)

screenshots: $(VENV)/.dev ## Take the pictures in docs/images anew, with Chromium
	DATELINE_SCREENSHOTS=docs/images $(BIN)/python -m pytest -m "long or not long" tests/browser

lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## Write both lock files anew from pyproject.toml
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		--group build --group dev --group bench pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment and caches, but never the data
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Dateline needs Python 3.11 or newer; say which with PYTHON=python3.12"; exit 1; }
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
