# Everything a person does with this project from its folder. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run test faults coverage bench nlu-report setup train lint types audit fuzz clean
SHELL := /bin/sh
BIN := .venv/bin
ARGS ?=

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up what is missing, then start everything on http://127.0.0.1:8080 (PORT=… for another); Ctrl-C stops it
	@scripts/setup engine app && exec $(BIN)/trialchat run $(ARGS)

test: ## set up what is missing, then run all tests (ARGS="-k widget" for some of them)
	@scripts/setup engine dev && scripts/test $(ARGS)

faults: ## everything that is killed, stopped, filled up or sent twice in the tests, ten times in a row (TIMES=3 for fewer)
	@scripts/setup engine dev && exec scripts/faults $(ARGS)

coverage: ## how much of the pure core its own tests reach, branches included; fails where it is less than pyproject.toml asks for
	@scripts/setup dev && exec $(BIN)/python -m pytest tests/unit tests/words -q --cov --hypothesis-seed=0 -n "$${TRIALCHAT_TEST_PROCESSES:-logical}" --maxprocesses 4 --dist loadfile $(ARGS)

bench: ## set up what is missing, then print the benchmarks as tables
	@scripts/setup engine dev && exec $(BIN)/python -m bench $(ARGS)

nlu-report: ## how well messages are understood: cross-validated figures, confusions, what a confidence is worth (ARGS=compare for other ways)
	@scripts/setup engine && exec .venv-engine/bin/python -W ignore -m bench.understanding $(ARGS)

setup: ## make or refresh both environments, .venv-engine and .venv, from the lock file
	@scripts/setup engine dev && echo "Both environments are ready."

train: ## train the dialogue model, if what it is made from has changed
	@scripts/setup engine app && exec $(BIN)/trialchat train $(ARGS)

lint: ## check style
	@scripts/setup dev && $(BIN)/ruff check . && $(BIN)/ruff format --check .

types: ## check types
	@scripts/setup dev && $(BIN)/mypy

audit: ## ask whether anything bad is known of the packages of both environments (ARGS=--may-be-away where nobody may be there to ask)
	@scripts/setup dev && exec $(BIN)/python -m supply $(ARGS)

fuzz: ## look for inputs that break the readers, for FUZZ_SECONDS each (60)
	@scripts/setup dev && exec scripts/fuzz $(ARGS)

clean: ## remove the environments, caches and logs; what people said (var/) stays
	rm -rf .venv .venv-engine .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find bot actions tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
