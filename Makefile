# The front door. `make demo` shows Engo at work, `make test` runs the tests.
# Everything is built into .venv and src/engo; nothing outside this folder changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.engo-ready

.PHONY: demo test check format build bench bench-engine asan fuzz stress kill9 \
  repairs repairs-proof test262 clean help

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

$(STAMP): pyproject.toml setup.py Makefile
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

build: $(STAMP) ## compile what has changed, in place (seconds)
	@$(BIN)/python build_ffi.py --quiet

demo: build ## run JavaScript nobody trusts: library, daemon, restart
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

test: $(STAMP) ## the whole test suite
	@$(BIN)/python build_ffi.py --quiet --shell
	$(BIN)/python -m pytest -q

check: build ## lint, types, formatting
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $$(git ls-files 'native/*.c' 'native/*.h' | grep -v ffi.cdef.h)

format: ## format Python and C
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/clang-format -i $$(git ls-files 'native/*.c' 'native/*.h' | grep -v ffi.cdef.h)

bench: build ## figures beside the peers, printed as tables
	@$(BIN)/python bench/run.py

bench-engine: build ## the JavaScript engine beside itself unrepaired and others
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check quickjs
	@$(BIN)/python bench/engine.py

asan: build ## guest programs and hostile input under AddressSanitizer and UBSan
	$(BIN)/python build_ffi.py --shell --asan
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	ENGO_XSNAP=$(CURDIR)/build/out/asan-snapshot/engo-xsnap \
	  $(BIN)/python -m pytest -q tests/native --flavour asan

fuzz: build ## ROUNDS programs of calls whose guests interfere, with the sanitizers
	$(BIN)/python build_ffi.py --asan
	@$(BIN)/python -m tests.differential.reentrant --rounds $(or $(ROUNDS),500) \
	  --shell build/out/asan/engo-shell $(ARGS)

stress: build ## guest programs with a collection at every allocation
	$(BIN)/python build_ffi.py --quiet --shell --stress
	ENGO_SHELL_SECONDS=1200 $(BIN)/python -m pytest -q tests/native/test_stress.py --flavour stress

repairs: $(STAMP) ## what is changed in the engine, and whether it still fits
	@$(BIN)/python -m native.xs.repairs

repairs-proof: $(STAMP) ## leave out each repair alone: its programs must fail
	@PYTHONPATH=src:. $(BIN)/python -m native.xs.proof $(ONLY)

kill9: build ## 200 rounds of kill -9 during writes
	ENGO_KILL9_ROUNDS=200 $(BIN)/python -m pytest -q tests/daemon/test_kill9.py --timeout 1200

test262: build ## DIR=checkout of test262: run it, compare with what is known to fail
	@PYTHONPATH=src:. $(BIN)/python -m tests.test262 "$(or $(DIR),test262)" $(ARGS)

clean: ## forget everything that was built
	rm -rf build dist $(VENV) src/engo/bin src/engo/images src/engo/_xsnap* src/*.egg-info
