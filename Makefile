PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python
UV := uv==0.13.9

# Whoever keeps Python from writing compiled modules beside their sources gets them in .venv: otherwise each of the many
# processes that a start or a run of the suite consists of compiles all of them anew.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/$(VENV)/bytecode

catalogues := $(wildcard locale/*/*/LC_MESSAGES/django.po)
# What packages bring for pages of theirs that are not served here.
not_served := rest_framework django_htmx
statics := $(shell find static -type f 2>/dev/null)

# As root the embedded servers run as another user, who must be able to read what is made here: hence `umask 022`.
# $(call install,FILE): uv where it can be had, for it is quicker; otherwise pip. uv trusts the system's certificates, as
# pip does: behind a proxy with an authority of its own it would otherwise reach nothing.
define install
umask 022; echo "Installing $(1) …"; \
{ $(IN_VENV) -m uv --version >/dev/null 2>&1 \
  || $(IN_VENV) -m pip install --quiet --disable-pip-version-check "$(UV)" 2>/dev/null; } \
&& $(IN_VENV) -m uv pip install --quiet --system-certs --python $(IN_VENV) -r $(1) \
|| $(IN_VENV) -m pip install --quiet --disable-pip-version-check -r $(1)
endef

.PHONY: run test check proof bench install install-dev build

run: build
	@umask 022; exec $(IN_VENV) -m runtime.manager

test: install-dev build
	@umask 022; exec $(IN_VENV) -m tests.run $(ARGUMENTS)

proof: install-dev build
	@umask 022; exec $(IN_VENV) -m tests.run --proof $(if $(MINUTES),--minutes $(MINUTES)) $(ARGUMENTS)

bench: install-dev build
	@umask 022; exec $(IN_VENV) -m demo.bench $(ARGUMENTS)

check: install-dev build
	@umask 022; exec $(IN_VENV) -m tests.check

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

build: $(VENV)/.compiled $(VENV)/.collected

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; say its name with PYTHON=…"; exit 1; }
	@umask 022; echo "Making $(VENV) …"; $(PYTHON) -m venv $(VENV) && touch $@

$(VENV)/.installed: requirements.txt $(VENV)/.made
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(call install,requirements-dev.txt)
	@touch $@

$(VENV)/.compiled: $(catalogues) $(VENV)/.installed
	@umask 022; $(IN_VENV) -m config.catalogues && touch $@

$(VENV)/.collected: $(statics) corps/ui/static_files.py $(VENV)/.installed
	@umask 022; echo "Collecting static files …"; $(IN_VENV) manage.py collectstatic --noinput --verbosity 0 \
	  $(patsubst %,--ignore %,$(not_served)) && touch $@
