#!/usr/bin/env bash
# Makes the fixtures anew with real Keras and fails on any difference. The pinned Keras lives in a venv outside the
# repository, made when the pins change. Needs Python 3.11 or later. `run.sh python` prints the interpreter; other
# arguments go to generate.py in place of --check: `run.sh layers` writes that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../support/venv.sh keras requirements.txt)"

if [ "${1:-}" = python ]; then
  echo "$python"
  exit
fi
exec "$python" -W ignore generate.py "${@:---check}"
