#!/usr/bin/env bash
# Runs Optuna on the problems of the benchmark and keeps the best values beside this script: `run.sh [PROBLEM ...]`, default
# all; a file that is there is gone on with. Optuna and PyTorch (5 GB) live in a venv outside the repository, made when the
# pins change. The digits are trained by gradtape, so build first. About an hour on one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../../../test/support/venv.sh optuna-bench requirements.txt)"
# One thread, as the other side has.
OMP_NUM_THREADS=1 exec "$python" -W ignore run.py "$@"
