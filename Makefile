# One-line wrappers; `python3 run.py` does the work.
PYTHON ?= python3
.PHONY: run test lint bench models

run:
	$(PYTHON) run.py
test:
	$(PYTHON) run.py test
lint:
	$(PYTHON) run.py lint
bench:
	$(PYTHON) run.py setup && .venv/bin/python -m benchmarks
models:
	$(PYTHON) run.py setup && .venv/bin/python -m models.make
