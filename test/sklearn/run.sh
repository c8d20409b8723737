#!/usr/bin/env bash
# Makes splits.json anew with real scikit-learn and fails on any difference; `run.sh write` writes it. The pinned
# packages live in a venv outside the repository. Needs Python 3.11 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../support/venv.sh sklearn requirements.txt)"
if [ "${1:-}" = write ]; then
  exec "$python" generate.py
fi
exec "$python" generate.py --check
