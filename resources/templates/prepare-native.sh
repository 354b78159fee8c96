#!/usr/bin/env bash
# Makes the folders and the keys for a run without containers, as the user who will run the engine. Run once.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p models cache secrets gateway/tls
if [[ ! -e secrets/api_key ]]; then
  key=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$key" >secrets/api_key
  printf '"Bearer %s" 1;\n' "$key" >secrets/gateway-keys.conf
  printf 'VLLM_API_KEY=%s\n' "$key" >secrets/engine.env
fi
if [[ ! -e gateway/tls/tls.crt ]]; then
  echo "Put your certificate into gateway/tls/tls.crt and its key into gateway/tls/tls.key." >&2
fi
[[ -e .env ]] || cp .env.example .env
