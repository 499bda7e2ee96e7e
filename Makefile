# The course, one word at a time. Needs Python 3.11 to 3.14 and make; everything else is installed into .venv.
#
#   PYTHON=python3.13     the Python that .venv is made from        WITH="zig browser"   extras to install
#   PORT=8888             where JupyterLab listens                  NB="notebooks/03-…"  only these notebooks
#   FLAGS=…               more options for the command that runs

PYTHON = python3
WITH =
PORT = 8888
NB =
FLAGS =

# Variables that were set for another Python (ROS, the modules of a computing centre) are not heeded.
ALONE = env -u PYTHONHOME -u PYTHONPATH
SETUP = $(PYTHON) -E unladen/course/bootstrap.py --with "$(WITH)"
# What is put into format; the cells of the notebooks are set by hand, as they are projected.
CODE = unladen tests img
RUN = $(ALONE) PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -m
# The same for what the core does without, in an environment of its own.
EXTRAS = $(PYTHON) -E unladen/course/bootstrap.py --with "root jit $(WITH)" --into .venv-extras
RUN_EXTRAS = $(ALONE) PATH="$$(pwd)/.venv-extras/bin:$$PATH" .venv-extras/bin/python -m

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: ## open the course in JupyterLab
	@$(SETUP)
	@$(RUN) unladen lab --port $(PORT) $(FLAGS)

# What measures runs alone; the exercises without answers, which measure nothing, and the other tests share the cores.
test: ## prove all of it: style, every notebook against its stored outputs, every test
	@$(SETUP)
	$(RUN) ruff check
	$(RUN) ruff format --check $(CODE)
	$(RUN) unladen lint
	$(RUN) pytest --nbval notebooks solutions $(FLAGS)
	$(RUN) pytest --nbval exercises tests -m 'not measures and not extras' -n auto --dist loadfile \
	    --no-loadscope-reorder --durations=10 $(FLAGS)
	$(RUN) pytest tests -m 'measures and not extras' --durations=10 $(FLAGS)

test-extras: ## prove what needs ROOT, Pythran, Taichi, Fortran or other Pythons, in .venv-extras
	@$(EXTRAS)
	@$(RUN_EXTRAS) unladen extras
	$(RUN_EXTRAS) pytest --nbval $(or $(NB),$(wildcard notebooks/06* notebooks/09* notebooks/1[0-2]*)) $(FLAGS)
	$(RUN_EXTRAS) pytest tests -m extras -rs $(FLAGS)

render: ## execute the lectures and solutions, keeping outputs that did not change
	@$(SETUP)
	$(RUN) unladen render $(FLAGS) $(NB)

record: ## run the %%on cells whose Pythons are all here, and store that in results/
	@$(SETUP)
	$(RUN) unladen record $(FLAGS) $(NB)

exercises: ## derive exercises/ from solutions/
	@$(SETUP)
	$(RUN) unladen derive $(FLAGS) $(NB)

slides: ## export the lectures as slides into slides/
	@$(SETUP)
	$(RUN) unladen slides $(FLAGS) $(NB)

lint: ## check style and the rules for notebooks, and put the code in format
	@$(SETUP)
	$(RUN) ruff check --fix
	$(RUN) ruff format $(CODE)
	$(RUN) unladen lint $(NB)

bench: ## measure how long a cell takes to become a callable, beside the other ways
	@$(SETUP)
	$(RUN) unladen bench $(FLAGS)

doctor: ## name every problem of this machine, with the command that fixes it
	@$(PYTHON) -E unladen/course/doctor.py $(FLAGS)

lock: ## resolve the dependencies anew (FLAGS=--upgrade for the newest)
	@$(SETUP)
	$(RUN) uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --quiet $(FLAGS) -o requirements.txt
	for extra in zig browser root jit; do \
	    .venv/bin/python -E -c "import sys, tomllib; \
	project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*project['optional-dependencies'][sys.argv[1]], sep='\n')" $$extra \
	    | $(RUN) uv pip compile - -c requirements.txt --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(FLAGS) \
	    -o requirements-$$extra.txt || exit 1; done

clean: ## remove what was made: slides, caches, and both environments
	rm -rf slides build .pytest_cache .ruff_cache .venv .venv-extras
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

.PHONY: help lab test test-extras render record exercises slides lint bench doctor lock clean
