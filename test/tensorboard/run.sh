#!/usr/bin/env bash
# Writes logs with gradtape and reads them with real TensorBoard: `run.sh [PYTHON]`, after `npm run build`. Without an
# argument the Python is that of test/keras/run.sh, whose pins include tensorboard.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python="${1:-$(bash test/keras/run.sh python)}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
node dist/test/tensorboard/write-logs.js "$work"
"$python" -W ignore test/tensorboard/check_logs.py "$work"
