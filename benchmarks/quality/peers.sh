#!/usr/bin/env bash
# The environment of the rivals: .venv-peers beside the sources, apart from penchant's own.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
test -x .venv-peers/bin/python || "$python" -m venv .venv-peers
.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/quality/requirements.txt
