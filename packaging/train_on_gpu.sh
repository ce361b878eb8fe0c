#!/bin/sh
# One call of a training run of the body on a machine with a GPU, where nothing needs to be
# installed but Python 3.11 or later with numpy, torch (2.11 or later) and safetensors:
#
#   here:   densight train --config engine/training/body-gpu.toml --prepare --write-bundle sets.npz
#   there:  packaging/train_on_gpu.sh sets.npz        (again and again, until it says it is done)
#
# The first call unpacks and prepares the sets. Every call trains for at most CALL_MINUTES from its
# start, keeps the run's state in runs/body-gpu, and puts log, settings and weights into OUT; no
# file there is larger than 16 MiB. When a machine is lost between two calls, go on elsewhere from
# the weights:  EXTRA="--set start=body.safetensors --set minutes=..." packaging/train_on_gpu.sh ...
set -eu
bundle=${1:?usage: packaging/train_on_gpu.sh BUNDLE.npz}
root=$(cd "$(dirname "$0")/.." && pwd)
: "${CALL_MINUTES:=9}" "${DEVICE:=auto}" "${EXTRA:=}" "${PYTHON:=python3}"
: "${CONFIG:=$root/engine/training/body-gpu.toml}"
: "${DENSIGHT_RUNS:=$root/runs}"
name=$(basename "$CONFIG" .toml)
: "${OUT:=$DENSIGHT_RUNS/$name/out}"
export DENSIGHT_RUNS PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 PYTHONPATH="$root"
mkdir -p "$OUT"
# EXTRA holds several words.
# shellcheck disable=SC2086
"$PYTHON" -m app train --config "$CONFIG" --bundle "$bundle" --device "$DEVICE" \
    --stop-after "$CALL_MINUTES" --export "$DENSIGHT_RUNS/$name/body.safetensors" $EXTRA
run=$DENSIGHT_RUNS/$name
cp "$run/log.csv" "$run/settings.toml" "$run/state.json" "$run/body.json" "$OUT"
if [ "$(wc -c < "$run/body.safetensors")" -le 16777216 ]; then
    cp "$run/body.safetensors" "$OUT"
else
    split -b 15728640 "$run/body.safetensors" "$OUT/body.safetensors."
    echo "put together with: cat body.safetensors.?? > body.safetensors"
fi
tail -n 1 "$run/log.csv"
