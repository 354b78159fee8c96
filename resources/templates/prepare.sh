#!/usr/bin/env bash
# Makes the folders and the secrets that compose.yaml and Kubernetes expect. Nothing leaves this machine; run it once,
# as root where containers will run, so that their user may write its cache.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
uid=@@UID@@
replicas=@@REPLICAS@@
# Whoever calls this (through sudo) keeps the right to read the secrets and to fill the folder of weights.
owner=${SUDO_UID:-$(id -u)}

mkdir -p models cache/prometheus secrets gateway/tls
for ((i = 0; i < replicas; i++)); do
  mkdir -p "cache/$i"
done
if [[ ! -e secrets/api_key ]]; then
  key=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$key" >secrets/api_key
  printf '"Bearer %s" 1;\n' "$key" >secrets/gateway-keys.conf
  printf 'VLLM_API_KEY=%s\n' "$key" >secrets/engine.env
fi
[[ -e .env ]] || cp .env.example .env
chmod 0755 models
if [[ $(id -u) -eq 0 ]]; then
  chown "$owner" models .env
  chown -R "$uid":0 cache
  chown -R 65534:0 cache/prometheus
  chown -R "$owner":0 secrets gateway/tls
  chmod 0750 secrets gateway/tls
  chmod 0640 secrets/*
else
  echo "Not root: cache/ stays yours. Before you use compose, run this again with sudo." >&2
fi
if [[ ! -e gateway/tls/tls.crt ]]; then
  echo "Put your certificate into gateway/tls/tls.crt and its key into gateway/tls/tls.key (mode 0640, group 0)." >&2
fi
