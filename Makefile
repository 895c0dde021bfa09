# The one door. On a bare machine `make eval` and `make test` need nothing but python3 (3.11 or newer).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODELS ?=
ARGS ?=
JOBS ?= 2

# "phi3 llama3.2" -> "baseline or phi3 or llama3.2"
SELECTED := $(strip baseline$(foreach model,$(filter-out baseline,$(MODELS)), or $(model)))

.PHONY: eval replay test test-slow check docs format lock clean help
.DEFAULT_GOAL := help

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

eval: $(VENV)/run.stamp  ## evaluate the baseline; MODELS="phi3 mistral" for more, ARGS for pytest's own flags
	$(BIN)/pytest -m "$(SELECTED)" $(ARGS)

replay: $(VENV)/run.stamp  ## grade the committed replies of every accepted model again; no server
	$(BIN)/pytest --answers=replay $(ARGS)

test: $(VENV)/dev.stamp  ## the harness's own fast tests
	$(BIN)/pytest -c tests/pytest.ini --rootdir=. tests -n $(JOBS) -m "not slow" $(ARGS)

test-slow: $(VENV)/dev.stamp  ## what is slow by nature: fresh clones, kills
	$(BIN)/pytest -c tests/pytest.ini --rootdir=. tests -m slow $(ARGS)

check: $(VENV)/dev.stamp  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp  ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/dev.stamp  ## write docs/failures.md anew from the tests' table
	$(BIN)/python -m tests.failures.document > docs/failures.md.new
	mv docs/failures.md.new docs/failures.md

lock:  ## write both lock files anew from pyproject.toml
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --group run --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra llamacpp --group dev --universal --python-version 3.11 -c requirements.lock --upgrade \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements-dev.lock
	rm -rf $(VENV)-lock

clean:  ## remove what was installed; answers and reports stay
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "slm-harness needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 eval" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 has no venv module: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp requirements.lock pyproject.toml
	@echo "installing what an evaluation needs into $(VENV) (once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -c 'import xllamacpp' || \
	  { echo "llama.cpp needs libgomp: on Debian and Ubuntu, apt-get install libgomp1" >&2; exit 1; }
	@touch $@
