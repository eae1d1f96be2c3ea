# make run     start Digit Lab
# make test    everything that CI runs
# make bench   speed, memory, and start-up, side by side with plain versions
# make dev     start it and reload at every change of the code
# make fuzz    10,000 cases of everything that Hypothesis tries a few of in the tests; takes hours
# make audit   look up whether something that is installed has a known hole; needs the network
# make models  train the bundled models again

# The first suitable Python; set PYTHON to choose another.
PYTHON ?= $(shell for python in python3.12 python3.13 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run dev test bench fuzz audit models browser clean

run: $(VENV)/app
	$(BIN)/streamlit run streamlit_app.py

dev: $(VENV)/app
	$(BIN)/streamlit run streamlit_app.py --server.fileWatcherType=auto --client.showErrorDetails=full

test: $(VENV)/dev browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 3

bench: $(VENV)/dev browser
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/dev
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -o timeout=0 -n 2 tests/core/jobs/test_promises.py tests/core/test_hostile_bytes.py

# In an environment of its own, so that what it brings is not looked at, and changes no version.
audit: $(VENV)/app
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --disable-pip-version-check --quiet pip-audit==2.10.1
	$(VENV)/audit/bin/pip-audit --strict --format json --output audit.json --desc on \
		--path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

models: $(VENV)/app
	$(BIN)/python -m scripts.draw_digits
	$(BIN)/python -m scripts.train_presets
	$(BIN)/python -m scripts.fit_temperatures
	$(BIN)/python -m scripts.index_neighbors
	$(BIN)/python -m scripts.find_near_duplicates
	$(BIN)/python -m scripts.train_detector
	$(BIN)/python -m scripts.train_instances
	$(BIN)/python -m scripts.map_digits
	$(BIN)/python -m scripts.measure_baselines

# The browser tests use a Chromium without a window, which takes half of the time of one with it:
# Debian's or Playwright's. Where neither can be installed, any Chromium does.
browser: $(VENV)/dev
	@if which chromium-headless-shell >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium-headless-shell >/dev/null; then :; \
	elif which chromium || which chromium-browser || which google-chrome; then :; \
	else $(BIN)/playwright install --only-shell chromium; fi

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
