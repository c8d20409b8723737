#!/usr/bin/env bash
# Makes the fixtures anew with real Keras and fails on any difference. The pinned Keras lives in a venv outside the
# repository, made when the pins change. Needs Python 3.11 or later. `run.sh python` prints the interpreter; other
# arguments go to generate.py in place of --check: `run.sh layers` writes that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/gradtape-keras"
wanted="$(cksum <requirements.txt)"
if [ "$(cat "$venv/requirements.sum" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --root-user-action ignore -r requirements.txt >&2
  echo "$wanted" >"$venv/requirements.sum"
fi

if [ "${1:-}" = python ]; then
  echo "$venv/bin/python"
  exit
fi
exec "$venv/bin/python" -W ignore generate.py "${@:---check}"
