#!/usr/bin/env bash
# Files both ways between gradtape and real Keras: ours are loaded, compared and trained on there, then written there,
# loaded, compared and trained on here; then what the mission's example of callbacks leaves, to Keras and TensorBoard. Run
# by `npm run interop`, which builds first. Needs Python 3.11 or later.
# `run.sh --one-file` writes each model in one format, not in all.
# `run.sh files` writes test/keras/files and hdf5-files anew, which the tests read without Python; `run.sh files NAME...`
# those of test/keras/files alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python="$(bash ../run.sh python)"
if [ "${1:-}" = files ]; then
  [ $# -gt 1 ] || "$python" -W ignore make_hdf5.py ../hdf5-files
  exec "$python" -W ignore make_files.py ../files "${@:2}"
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
compiled=../../../dist/test/keras/interop
node "$compiled/write.js" "$folder" "$@"
"$python" -W ignore interop.py "$folder"
node "$compiled/read.js" "$folder"
node "$compiled/mission.js" "$folder/mission" >/dev/null
"$python" -W ignore mission.py "$folder/mission"
