#!/usr/bin/env bash
# Downloads the weights once; the engine itself never goes to the network. Reads HF_TOKEN from .env if it is gated.
set -euo pipefail
cd "$(dirname "$0")"
if [[ -r .env ]]; then
  set -a
  # shellcheck source=/dev/null
  . ./.env
  set +a
fi
model=@@MODEL@@
target="${MODEL_DIR:-./models}/"@@FOLDER@@
mkdir -p "$target"
exec hf download "$model" --local-dir "$target"
