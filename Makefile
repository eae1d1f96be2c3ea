# make run     start Digit Lab
# make test    everything that CI runs
# make bench   speed, memory, and start-up, side by side with plain versions
# make dev     start it and reload at every change of the code
# make models  train the bundled models again

# The first suitable Python; set PYTHON to choose another.
PYTHON ?= $(shell for python in python3.12 python3.13 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run dev test bench models browser clean

run: $(VENV)/app
	$(BIN)/streamlit run streamlit_app.py

dev: $(VENV)/app
	$(BIN)/streamlit run streamlit_app.py --server.fileWatcherType=auto --client.showErrorDetails=full

test: $(VENV)/dev browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2

bench: $(VENV)/dev browser
	$(BIN)/python -m benchmarks

models: $(VENV)/app
	$(BIN)/python -m scripts.train_presets
	$(BIN)/python -m scripts.fit_temperatures
	$(BIN)/python -m scripts.index_neighbors
	$(BIN)/python -m scripts.train_detector

# The browser tests use Chromium: one that is there, else Debian's, else Playwright's.
browser: $(VENV)/dev
	@if which chromium >/dev/null || which chromium-browser >/dev/null || which google-chrome >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else $(BIN)/playwright install chromium; fi

$(VENV)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Digit Lab needs Python 3.11, 3.12 or 3.13 with venv. Install it, or name it: make run PYTHON=…"; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/app: $(VENV)/python requirements.txt
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev: $(VENV)/app requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV)
