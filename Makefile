PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STORE ?= build/demo-store

.PHONY: install demo test lint gate bench compiled clean

install: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "torch==2.13.0"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[torch,ocr,dev]"
	touch $(STAMP)

demo: install
	rm -rf $(STORE)
	$(BIN)/bijian index seeds/ --store $(STORE)
	$(BIN)/bijian clusters --store $(STORE)
	$(BIN)/bijian similar --store $(STORE) --text "多元化解矛盾纠纷，人民调解" --group-by county -k 5
	$(BIN)/bijian report --store $(STORE) --out build/demo-report --format html,docx,xlsx,md
	@echo "build/demo-report/"

test: install
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

gate: install
	$(BIN)/python -m benchmarks --quick --print gate

bench: install
	$(BIN)/python -m benchmarks --quick

# A wheel whose reading is compiled to machine code; needs a C compiler. Two to three minutes.
compiled: install
	rm -rf build/compiled
	BIJIAN_COMPILED=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w build/compiled .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target build/compiled/site build/compiled/*.whl
	$(BIN)/python scripts/check_compiled.py build/compiled/site

clean:
	rm -rf build $(VENV)
