# Everything happens in .venv, built once from requirements.lock and torch.lock; `make help` lists the targets.
#
# PyTorch: on Linux the registry's default build brings CUDA, several GB of it. To get the smaller
# CPU build, let pip look into PyTorch's own CPU index first (pip's extra-index-url setting, or its
# environment variable; PyTorch's installation page names the index), then run `make lab`.

.DEFAULT_GOAL := help

# The first of these Pythons that runs builds .venv, unless PYTHON names one. Binder uses 3.11, and so
# did the stored outputs.
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3)
IS_USABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

VENV := .venv
TF_VENV := .venv-tensorflow
PY := $(VENV)/bin/python
COURSE := $(PY) -m tools.course
CODE := src tools tests notebooks benchmarks book
# The player's script is checked by what the lock in this folder pins.
JS := tools/js
JS_BIN := $(JS)/node_modules/.bin
PLAYER := src/memorylab/player
EXPLORABLES := src/memorylab_course/explorables
JS_CODE := $(PLAYER)/script/*.js $(EXPLORABLES)/*.js $(JS)/eslint.config.js
CSS_CODE := $(PLAYER)/script/*.css $(EXPLORABLES)/*.css
BUNDLE := $(JS_BIN)/esbuild $(PLAYER)/script/main.js --bundle --format=esm --charset=utf8 \
	--loader:.css=text --minify-whitespace --minify-syntax --log-level=warning \
	--banner:js="// Made of script/ by make player."
BENCHMARKS := dnc_speed ppo_throughput time_to_solve player_latency laboratory_latency rllib_examples two_agents algorithms courier popgym_memories memory_speed ppo_without_ray

# Loopback only, the token left on, one Ctrl-C to stop.
LAB := $(PY) -m jupyterlab --ip=127.0.0.1 -y \
	--ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/00_start_here.ipynb \
	$(if $(filter 0,$(shell id -u)),--allow-root)
# Strict: every stored output must come back, from a kernel in this very environment.
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=300
# How many test files run at once; set JOBS to the number of cores.
JOBS := 2
AT_ONCE := --numprocesses=$(JOBS) --dist=loadfile
# The core's tests with the shapes in its annotations checked. Left out: the engine, which works on
# arrays, tests that train, which have no shapes of their own, and compiled models, which can't be checked.
SHAPES := -p tests.shapes \
	--ignore-glob="*/test_fast*" -k "not learn and not 10000 and not compiled" \
	tests/networks tests/sequences tests/memory tests/tasks tests/training

# These come with PyTorch's own build where it needs them; in the lock they would force CUDA on all.
CUDA := cuda-bindings cuda-pathfinder cuda-toolkit triton \
	$(addprefix nvidia-,cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand \
	cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)
UV := uv

.PHONY: help
help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-13s %s\n", $$1, $$2}'

.PHONY: lab
lab: $(VENV)/.compiled ## open the course in JupyterLab (LAB_FLAGS=--no-browser prints the address)
	@$(LAB) $(LAB_FLAGS)

.PHONY: test
test: lint $(VENV)/.compiled ## everything: style, types, unit tests, notebooks re-run and compared
	@echo "== Unit tests and the notebooks guard"
	@$(PY) -m pytest $(AT_ONCE) --durations=15 $(TEST_FLAGS)
	@echo "== Shapes: the core's tests again, its annotations executed"
	@$(PY) -m pytest $(AT_ONCE) $(TEST_FLAGS) $(SHAPES)
	@echo "== Notebooks, strict: every stored output must come back"
	@$(PY) -m pytest $(NBVAL) $(AT_ONCE) --durations=15 $(TEST_FLAGS) notebooks

.PHONY: test-editions
test-editions: $(VENV)/.compiled ## run and grade student's and solved editions (EDITIONS="05 13" for some)
	@EDITIONS="$(or $(EDITIONS),all)" $(PY) -m pytest tests/tools/test_editions_run.py --durations=0 $(TEST_FLAGS)

.PHONY: test-binder
test-binder: $(VENV)/.compiled ## run all notebooks on one core, as on Binder: time, memory, limits
	@CPU_LIMIT=1 binder/start $(COURSE) binder $(FILES)

.PHONY: test-cluster
test-cluster: $(VENV)/.compiled ## train on a cluster of two nodes, kill parts of it, interrupt, resume
	@$(PY) -m pytest -m cluster --numprocesses=$(JOBS) --durations=15 $(TEST_FLAGS) tests/rllib

.PHONY: test-matrix
test-matrix: $(VENV)/.compiled ## train every combination of heads, losses, memories and stacks, and of spaces and algorithms
	@$(PY) -m pytest -m "matrix or not matrix" $(AT_ONCE) --dist=worksteal $(TEST_FLAGS) tests/rllib/test_matrix.py

.PHONY: test-tensorflow
test-tensorflow: $(TF_VENV)/.stamp ## train the Keras models in TensorFlow, 1.5 GB more, as a graph and eagerly
	@for framework in tf tf2; do \
		FRAMEWORK=$$framework TF_USE_LEGACY_KERAS=1 TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 \
			$(TF_VENV)/bin/python -m pytest -m tensorflow --durations=5 $(TEST_FLAGS) \
			tests/rllib/classic/test_keras_models.py || exit 1; \
	done

.PHONY: lint
lint: $(VENV)/.stamp ## check style, formatting and types
	@echo "== Style and types"
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m ruff format --check $(CODE)
	@$(PY) -m mypy
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-js; else \
		echo "npm isn't installed: the player's script goes unchecked (install Node.js with npm)."; fi

.PHONY: lint-js
lint-js: $(JS)/node_modules/.stamp
	@$(JS_BIN)/eslint --config $(JS)/eslint.config.js $(JS_CODE)
	@$(JS_BIN)/prettier --config $(JS)/package.json --log-level warn --check $(JS_CODE) $(CSS_CODE)
	@$(BUNDLE) | cmp - $(PLAYER)/player.js || { echo "player.js is older than its parts: run make player." >&2; exit 1; }

.PHONY: format
format: $(VENV)/.stamp ## repair style and formatting where that can be done safely
	@$(PY) -m ruff check --fix $(CODE)
	@$(PY) -m ruff format $(CODE)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory format-js; fi

.PHONY: format-js
format-js: $(JS)/node_modules/.stamp
	@$(JS_BIN)/prettier --config $(JS)/package.json --log-level warn --write $(JS_CODE) $(CSS_CODE)

.PHONY: player
player: $(JS)/node_modules/.stamp ## make the player's one script from its parts in src/memorylab/player/script
	@$(BUNDLE) --outfile=$(PLAYER)/player.js

$(JS)/node_modules/.stamp: $(JS)/package.json $(JS)/package-lock.json
	@npm ci --prefix $(JS) --silent || { echo "npm could not install the tools of $(JS)." >&2; exit 1; }
	@touch $@

.PHONY: notebooks
notebooks: $(VENV)/.compiled ## rewrite the generated parts, re-execute all notebooks (FILES=... for some)
	@$(COURSE) nav
	@$(COURSE) execute $(FILES)
	@$(COURSE) check

# SEED=2027 draws other numbers for the numeric exercises, FILES=... takes some notebooks, OUT=... names
# another folder; instructor/README.md says more.
.PHONY: student solved otter
student: $(VENV)/.stamp ## write the student's edition, without solutions, into student/ (SEED, FILES, OUT)
solved: $(VENV)/.stamp ## write the same with the answers filled in, into solved/
otter: $(VENV)/.stamp ## write the student's edition with tests for otter-grader into otter/ (SEED, FILES, OUT)
student solved otter:
	@$(PY) -m tools.editions $@ $(if $(SEED),--seed=$(SEED)) $(if $(OUT),--out=$(OUT)) $(FILES)

.PHONY: slides
slides: $(VENV)/.compiled ## draw each notebook's picture as a slide, into slides/
	@$(PY) -m tools.slides $(FILES)

.PHONY: quiz
quiz: $(VENV)/.stamp ## write the quiz bank as Markdown, for Moodle and for Canvas, into quiz/ (FILES, OUT)
	@$(PY) -m tools.quiz $(if $(OUT),--out=$(OUT)) $(FILES)

.PHONY: gallery
gallery: $(VENV)/.stamp ## write the course's trained memories as pages to play, into gallery/
	@$(PY) notebooks/data/make_gallery.py gallery

.PHONY: book
book: $(VENV)/.stamp ## make a website of the course, players and reference included, into book/_build/html
	@$(PY) book/build.py

.PHONY: bench
bench: $(VENV)/.stamp ## measure speed on a machine that does nothing else; tables and a figure
	@for script in $(BENCHMARKS) report; do $(PY) benchmarks/$$script.py; done

.PHONY: environment
environment: $(VENV)/.stamp ## make binder/environment.yml from environment.yml
	@$(COURSE) environment

.PHONY: lock
lock: ## pin the whole tree anew, with hashes (needs uv; LOCK_FLAGS=--upgrade takes newer versions)
	@$(UV) pip compile pyproject.toml --extra dev --output-file requirements.lock --quiet \
		--universal --python-version 3.11 --fork-strategy fewest --no-emit-index-url --generate-hashes \
		--constraint torch.lock --custom-compile-command "make lock" \
		$(addprefix --no-emit-package=,torch $(CUDA)) $(LOCK_FLAGS)

.PHONY: release-check
release-check: $(VENV)/.stamp ## list what a release still lacks
	@$(PY) -m tools.release

.PHONY: test-versions
test-versions: ## run the core's tests with the lowest and the highest versions that pyproject.toml allows (needs uv)
	@$(or $(wildcard $(PY)),python3) tools/versions.py --uv=$(UV) $(ENDS)

.PHONY: clean
clean: ## remove the environment (before choosing another PYTHON) and what tools leave behind
	@rm -rf $(VENV) $(TF_VENV) $(JS)/node_modules build dist gallery slides quiz book/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	@find . -name .git -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# Two extensions of JupyterLab are turned off: the one that asks to fetch news, and nbgrader's menus,
# which are for teachers; `jupyter labextension enable` brings them back.
# The stamp is made last, so that the next `make` resumes an interrupted installation.
$(VENV)/.stamp: requirements.lock torch.lock pyproject.toml
	@rm -f $@
	@$(PY) -c 'import sys; print(f"Updating $(VENV), Python {sys.version.split()[0]}.")' 2>/dev/null || { \
		for python in $(PYTHONS); do \
			if "$$python" -c '$(IS_USABLE)' 2>/dev/null; then \
				echo "Making $(VENV) with $$("$$python" --version) ($$python)."; \
				exec "$$python" -m venv --clear $(VENV); \
			fi; \
		done; \
		echo "No usable Python among: $(PYTHONS)." >&2; \
		echo "Memory Lab needs Python 3.11, 3.12 or 3.13 with its venv module." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 lab" >&2; \
		exit 1; }
	@echo "Installing the course; the first time takes a few minutes."
	@$(PY) -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(PY) -m pip install --disable-pip-version-check -r torch.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PY) -m jupyter labextension disable --level=sys_prefix \
		"@jupyterlab/apputils-extension:announcements"
	@$(PY) -m jupyter labextension disable --level=sys_prefix "@jupyter/nbgrader"
	@touch $@
	@echo "Ready."

# TensorFlow's environment lies on top of the course's, and adds to it only what that lacks.
$(TF_VENV)/.stamp: $(VENV)/.stamp requirements-tensorflow.txt
	@rm -f $@
	@echo "Installing TensorFlow into $(TF_VENV)."
	@$(PY) -m venv --clear --without-pip $(TF_VENV)
	@$(PY) -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$($(TF_VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/course.pth"
	@$(PY) -m pip --python $(TF_VENV)/bin/python install --disable-pip-version-check --no-deps \
		-r requirements-tensorflow.txt
	@touch $@

# Compile the DNC's fast path now, so that no student has to wait for it later.
FAST := src/memorylab/memory/dnc/fast
$(VENV)/.compiled: $(VENV)/.stamp $(FAST)/kernels.py
	@echo "Compiling the DNC for this processor; this takes a minute."
	@$(PY) -c "import torch; from memorylab.memory.dnc import fast; \
		fast.warm_up(torch.float32); fast.warm_up(torch.float64)"
	@touch $@
