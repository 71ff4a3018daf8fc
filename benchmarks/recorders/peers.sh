#!/usr/bin/env bash
# The environment of the other recorders: .venv-recorders beside the sources, apart from penchant's own.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
test -x .venv-recorders/bin/python || "$python" -m venv .venv-recorders
.venv-recorders/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/recorders/requirements.txt
