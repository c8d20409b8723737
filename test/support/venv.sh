#!/usr/bin/env bash
# Prints the interpreter of a venv outside the repository with pinned packages, made anew when the pins change:
# `venv.sh NAME REQUIREMENTS [PYTHON]`; PYTHON makes it, default python3.
set -euo pipefail
venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/gradtape-$1"
wanted="$(cksum <"$2")"
if [ "$(cat "$venv/requirements.sum" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  "${3:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --root-user-action ignore -r "$2" >&2
  echo "$wanted" >"$venv/requirements.sum"
fi
echo "$venv/bin/python"
