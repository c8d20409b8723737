#!/usr/bin/env bash
# Makes the fixtures anew with the Python library safetensors and fails on any difference, then lets it judge 20,000 mutated
# files that our reader judged. The pinned library lives in a venv outside the repository. Needs `npm run build` before it,
# and Python 3.11 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/gradtape-safetensors"
wanted="$(cksum <requirements.txt)"
if [ "$(cat "$venv/requirements.sum" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --root-user-action ignore -r requirements.txt >&2
  echo "$wanted" >"$venv/requirements.sum"
fi

"$venv/bin/python" generate.py --check
mutants="$(mktemp)"
trap 'rm -f "$mutants"' EXIT
node ../../dist/test/safetensors/write-mutants.js "$mutants" "${1:-20000}"
"$venv/bin/python" check_mutants.py "$mutants"
