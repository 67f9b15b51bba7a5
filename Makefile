# Two commands set everything up: `make demo` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What `make bench` takes names from; a real release says more: make bench RELEASE=desc2026.xml
RELEASE ?= termsearch/demo/release/mesh/desc2026.xml
SCRATCH ?= build/bench

.PHONY: demo test bench lint types clean

demo: $(READY)
	$(BIN)/termsearch demo

# Two files at once: half of the time is spent waiting for the disk and for other processes. Whole
# files, because they share indexes that take seconds to make.
test: lint types
	$(BIN)/pytest --numprocesses 2 --dist loadfile

# Under ten minutes on two quiet cores. What was measured at larger sizes stays beside it.
bench: export BENCH_RESULTS := benchmarks/results/quick
bench: demo
	mkdir -p $(BENCH_RESULTS)
	$(BIN)/python -m benchmarks.encoder $(RELEASE) --names 512 --runs 3 --output $(BENCH_RESULTS)/encoder.md
	$(BIN)/python -m benchmarks.ingest $(SCRATCH) --rows 100000 --names 40000
	$(BIN)/python -m benchmarks.growth $(SCRATCH) --sizes 10000 40000 --queries 20
	$(BIN)/python -m benchmarks.load --index demo --seconds 10

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

# pip before the rest: older ones don't know dependency groups. torch alone first: asked for by
# another package, its newest build with the CUDA packages would be taken.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt pip
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[offline]' --group dev
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
