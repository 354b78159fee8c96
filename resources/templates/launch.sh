#!/usr/bin/env bash
# Starts this machine's part of the training run. On several machines: the same on each, with MASTER_ADDR and NODE_RANK.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -r .env ]]; then
  set -a
  # shellcheck source=/dev/null
  . ./.env
  set +a
fi
NODE_RANK=${NODE_RANK:-${SLURM_NODEID:-0}}
export HF_HUB_OFFLINE=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-8}
nodes=@@NODES@@
per_node=@@PER_NODE@@
world=@@WORLD@@
sharding=${SHARDING:-@@SHARDING@@}
arguments=()
if [[ $nodes -gt 1 ]]; then
  : "${MASTER_ADDR:?set MASTER_ADDR to the name of the first machine, the same on all}"
fi
case $sharding in
  zero) arguments+=(--deepspeed @@ZERO@@) ;;
  none) ;;
  fsdp)
    parallel=()
    if grep -q '^parallelism_config:' train/fsdp.yaml; then
      parallel+=(--use_parallelism_config)
    fi
    exec accelerate launch --config_file train/fsdp.yaml ${parallel[@]+"${parallel[@]}"} --num_machines "$nodes" \
      --num_processes "$world" --machine_rank "$NODE_RANK" --main_process_ip "${MASTER_ADDR:-127.0.0.1}" \
      --main_process_port 29500 train/train.py "$@"
    ;;
  *)
    echo "SHARDING is zero, fsdp or none" >&2
    exit 2
    ;;
esac
if [[ $nodes -eq 1 ]]; then
  exec torchrun --standalone --nproc-per-node "$per_node" train/train.py ${arguments[@]+"${arguments[@]}"} "$@"
fi
exec torchrun --nnodes "$nodes" --nproc-per-node "$per_node" --rdzv-backend c10d --rdzv-id @@JOB@@ \
  --rdzv-endpoint "$MASTER_ADDR:29500" train/train.py ${arguments[@]+"${arguments[@]}"} "$@"
