#!/usr/bin/env bash
# Makes the files in ../fixtures/keras2 anew with real Keras 2 and fails when their predictions or losses differ from the
# committed ones. The pinned TensorFlow lives in a venv outside the repository. Needs Python 3.11. `run.sh --write` writes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/gradtape-keras2"
wanted="$(cksum <requirements.txt)"
if [ "$(cat "$venv/requirements.sum" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3.11 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --root-user-action ignore -r requirements.txt >&2
  echo "$wanted" >"$venv/requirements.sum"
fi

exec "$venv/bin/python" -W ignore generate.py "${@:---check}"
