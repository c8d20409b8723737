#!/usr/bin/env bash
# Makes the files in ../fixtures/keras2 anew with real Keras 2 and fails when their predictions or losses differ from the
# committed ones. The pinned TensorFlow lives in a venv outside the repository. Needs Python 3.11. `run.sh --write` writes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../../support/venv.sh keras2 requirements.txt python3.11)"

exec "$python" -W ignore generate.py "${@:---check}"
