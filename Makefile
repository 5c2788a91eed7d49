# make figures   regenerates every figure of the study from the open tables
# make test      the tests
# Both set the environment up first (.venv, the locked packages).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.complete
UV     := $(shell command -v uv 2>/dev/null)

.PHONY: help setup figures test check-long lint docs lab book lock environment clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(STAMP) ## create .venv and install the locked packages

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: wanted Python 3.11 or later, came $$($(PYTHON) --version). Try: make PYTHON=python3.12 setup"; exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@if git rev-parse --git-dir >/dev/null 2>&1; then \
	  git config core.hooksPath .githooks; git config include.path ../.githooks/config; fi
	@touch $@

figures: $(STAMP) ## regenerate every figure from the open tables
	@$(BIN)/gipfel run

test: $(STAMP) ## run the tests; with COVERAGE=1 print which lines none of them reaches
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(if $(COVERAGE),--cov --cov-report=term)

check-long: $(STAMP) ## run the tests that take long: a Dask cluster, kernels under attack, papermill on all notebooks
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m long

lint: $(STAMP) ## check style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

# Without --quiet: it would keep warnings from being counted.
docs: $(STAMP) ## build the documentation into site/; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lab: $(STAMP) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks

book: $(STAMP) ## write the code book into data/README.md and the mentions into docs/reference/mentions.md
	@$(BIN)/python -c "from pathlib import Path; from analysis.tables.schema import mention_list, with_code_book; from analysis.tables.features import read_features; \
	  book = Path('data/README.md'); book.write_text(with_code_book(book.read_text('utf-8')), 'utf-8'); \
	  Path('docs/reference/mentions.md').write_text(mention_list(read_features().mentions), 'utf-8')"

lock: ## resolve the packages anew (needs uv)
	@uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --extra dev \
	  --generate-hashes --no-header --no-emit-index-url --output-file requirements.lock pyproject.toml
	@$(MAKE) --no-print-directory environment

environment: ## write environment.yml from requirements.lock
	@{ sed '/^  - pip:/q' environment.yml; \
	  sed -n 's/^\([A-Za-z0-9].*==.*[^ ]\) *\\$$/      - "\1"/p' requirements.lock; \
	  echo '      - -e .'; } > environment.yml.part && mv environment.yml.part environment.yml

clean: ## remove what can be made again; articles and figures stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache site
	@find papermill_runs -mindepth 1 ! -name .gitkeep -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
