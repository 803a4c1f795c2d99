# Everything sets itself up: python3 with venv, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready# what running needs
DEV := $(VENV)/.dev# and what developing needs besides
SOURCES := sora2batch tests docs benchmarks hatch_build.py
KILLS ?= 300
SECONDS ?= 180
BENCH ?=
WORKERS = $(shell $(BIN)/python -c "import os; print(os.cpu_count() + 1)")# many tests wait for processes and browsers

.PHONY: demo dev test check lint types layers tests torture fleet-demo fleet-torture bench bench-peers docs pictures dist sbom format clean

demo: $(READY) ## the main job, in the simulator: no key, no cost
	@$(BIN)/python -m sora2batch run manifests/quickstart.yaml --simulate
	@$(BIN)/python -m sora2batch report manifests/quickstart.yaml --simulate
	@echo
	@echo "That was simulated: nothing was spent. Open the gallery in a browser:"
	@$(BIN)/python -c "from pathlib import Path; print(' ', Path('manifests/quickstart.sim.report.html').resolve().as_uri())"
	@echo "Next:"
	@echo "  $(BIN)/sora2batch run manifests/quickstart.yaml --simulate    again: nothing is left to do"
	@echo "  $(BIN)/sora2batch run manifests/stills-to-clips.yaml --simulate    stills from words, then clips of the chosen ones"
	@echo "  $(BIN)/sora2batch run manifests/pictures.yaml --simulate      clips that begin with the pictures of a folder"
	@echo "  $(BIN)/sora2batch plan manifests/kling3.yaml                  another matrix and its price"
	@echo "  $(BIN)/sora2batch init campaign.yaml                          write your own"

dev: $(DEV) ## set up .venv with everything that developers need

test: lint types layers tests ## every check

check: test

lint: $(DEV)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(DEV)
	$(BIN)/mypy
	$(BIN)/mypy hatch_build.py

layers: $(DEV)
	$(BIN)/lint-imports

# Tests whose asserts pytest has rewritten are kept, also where the environment keeps Python from keeping anything.
tests: $(DEV)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist loadgroup

torture: $(DEV) ## kill runs at random for some minutes: KILLS=n SECONDS=s SEED=k
	$(BIN)/python tests/crash/torture.py --kills $(KILLS) --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

fleet-demo: $(VENV)/.fleet ## a database, three workers, one of them killed; then the same run without a fleet
	@$(BIN)/python tests/fleet/demo.py

fleet-torture: $(DEV) ## kill workers, clients and the database at random for some minutes: SECONDS=s SEED=k
	$(BIN)/python tests/fleet/torture.py --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.bench ## measure against bare parts, some minutes: BENCH="--quick", BENCH="plan --axes 30x30x11"
	$(BIN)/python -m benchmarks $(BENCH)

bench-peers: $(VENV)/.bench ## the same matrix by snakemake, DVC and promptfoo; installs them elsewhere for a while
	$(BIN)/python -m benchmarks.peers $(BENCH)

docs: $(DEV) ## write every --help into docs/cli.md, rules and words into docs/rules.md and docs/words.md, tools into schemas/manifest.schema.json
	$(BIN)/python docs/write_help.py

pictures: $(DEV) ## make the pictures of the guides anew; needs Chromium
	$(BIN)/python docs/make_pictures.py

dist: $(VENV)/.release ## build the sdist and the wheel of this commit, and prove that anybody gets the same bytes
	.ci/dist

sbom: $(VENV)/.release ## list what an installation of the wheel in dist/ consists of, as CycloneDX
	.ci/sbom build/sbom.cdx.json

format: $(DEV)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

clean:
	rm -rf $(VENV) build dist manifests/out manifests/*.sim.lock.jsonl manifests/*.report.html .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q sora2batch # also where the environment keeps Python from doing so
	@touch $(READY)

$(DEV): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/.release: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[release]'
	@touch $@

$(VENV)/.fleet: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fleet-demo]'
	@touch $@

$(VENV)/.bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@
