#!/usr/bin/env bash
# Makes the folders and the secrets that compose.yaml expects. Nothing leaves this machine; run once, as root.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
uid=@@UID@@
replicas=@@REPLICAS@@

# Whoever calls this (through sudo) keeps the right to read the secrets and to fill the folder of weights.
owner=${SUDO_UID:-0}

install -d -m 0755 -o "$owner" models
install -d -m 0750 -o "$uid" -g 0 cache
for ((i = 0; i < replicas; i++)); do
  install -d -m 0770 -o "$uid" -g 0 "cache/$i"
done
install -d -m 0770 -o 65534 -g 0 cache/prometheus
install -d -m 0750 -o "$owner" -g 0 secrets gateway/tls
if [[ ! -e secrets/api_key ]]; then
  key=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$key" >secrets/api_key
  printf '"Bearer %s" 1;\n' "$key" >secrets/gateway-keys.conf
  printf 'VLLM_API_KEY=%s\n' "$key" >secrets/engine.env
fi
chown -R "$owner":0 secrets gateway/tls
chmod 0640 secrets/*
if [[ ! -e gateway/tls/tls.crt ]]; then
  echo "Put your certificate into gateway/tls/tls.crt and its key into gateway/tls/tls.key (mode 0640, group 0)." >&2
fi
[[ -e .env ]] || install -m 0600 -o "$owner" .env.example .env
