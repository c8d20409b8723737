#!/usr/bin/env bash
# Makes the fixtures anew with the Python library safetensors and fails on any difference, then lets it judge 20,000 mutated
# files that our reader judged. The pinned library lives in a venv outside the repository. Needs `npm run build` before it,
# and Python 3.11 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../support/venv.sh safetensors requirements.txt)"

"$python" generate.py --check
mutants="$(mktemp)"
trap 'rm -f "$mutants"' EXIT
node ../../dist/test/safetensors/write-mutants.js "$mutants" "${1:-20000}"
"$python" check_mutants.py "$mutants"
