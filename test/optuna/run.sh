#!/usr/bin/env bash
# Journals of studies both ways between gradtape and real Optuna: one of ours is compared there, gone on with there, and read
# here; one of Optuna's is read here, gone on with here, and compared there; then both add to one journal at the same time.
# At last the fixtures of pruners and importances are made anew and fail on any difference.
# Needs `npm run build` before it, and Python 3.11 or later. The pinned Optuna lives in a venv outside the repository.
# `run.sh files` writes test/optuna/files anew, which the tests read without Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../support/venv.sh optuna requirements.txt)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
ours="$work/ours" theirs="$work/theirs"
mkdir "$ours" "$theirs"
gradtape() { node ../../dist/test/optuna/gradtape-side.js "$@"; }
optuna() { "$python" -W ignore optuna_side.py "$@"; }

if [ "${1:-}" = files ]; then
  rm -rf files && mkdir files
  optuna make files
  exit
fi

gradtape make "$ours" 2>/dev/null
optuna compare "$ours"
optuna continue "$ours"
gradtape compare "$ours"

optuna make "$theirs"
gradtape compare "$theirs"
gradtape continue "$theirs"
optuna compare "$theirs"

optuna share "$work" &
gradtape share "$work"
wait $!
gradtape shared "$work"

"$python" -W ignore make_pruner_fixtures.py --check
"$python" -W ignore make_importance_fixtures.py --check
