"""The exported shell scripts do what they say; the programs they call are stand-ins that write down how."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deploy import plans
from wizard.deploy.export import write
from wizard.deploy.flags import problems

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shell scripts are for POSIX machines")

DIGEST = "sha256:" + "a" * 64


def exported(folder: Path, name: str) -> Path:
    write(plans.built(name), folder / "deploy")
    return folder / "deploy"


def stand_in(folder: Path, name: str, body: str = 'printf "%s\\n" "$@"') -> None:
    """Put a program on the path that prints its arguments, one on each line."""
    (folder / "bin").mkdir(exist_ok=True)
    path = folder / "bin" / name
    path.write_text(f"#!/usr/bin/env bash\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def run(folder: Path, script: str, *arguments: str, **environment: str) -> tuple[int, str]:
    env = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), **environment}
    done = subprocess.run(["bash", script, *arguments], cwd=folder / "deploy", env=env, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["vllm", "rocm", "apple"])
def test_prepare_makes_keys_once_and_keeps_them(name: str, tmp_path: Path) -> None:
    deploy = exported(tmp_path, name)
    assert run(tmp_path, "prepare.sh")[0] == 0
    secrets = {p.name: p.read_text(encoding="utf-8") for p in (deploy / "secrets").iterdir()}
    key = secrets["api_key"]
    assert len(key) == 64
    assert key.strip() == key
    assert secrets["gateway-keys.conf"] == f'"Bearer {key}" 1;\n'
    assert secrets["engine.env"] == f"VLLM_API_KEY={key}\n"
    assert all(p.stat().st_mode & 0o007 == 0 for p in (deploy / "secrets").iterdir())
    assert (deploy / ".env").read_text(encoding="utf-8") == (deploy / ".env.example").read_text(encoding="utf-8")
    assert run(tmp_path, "prepare.sh")[0] == 0
    assert (deploy / "secrets/api_key").read_text(encoding="utf-8") == key


@pytest.mark.parametrize(("name", "program", "start"), [
    ("vllm", "vllm", ("vllm",)), ("sglang", "python3", ("python3",)),
    ("tensorrt-llm", "trtllm-serve", ("trtllm-serve",)), ("apple", "llama-server", ("llama-server",)),
])
def test_run_starts_the_engine_with_known_flags_and_local_weights(
    name: str, program: str, start: tuple[str, ...], tmp_path: Path
) -> None:
    exported(tmp_path, name)
    stand_in(tmp_path, program)
    code, told = run(tmp_path, "run.sh", MODEL_FILE="part one.gguf", MODEL_DIR="/data/my models")
    assert code == 0, told
    words = (*start, *told.splitlines())
    assert problems(words) == ()
    assert any(w.startswith("/data/my models/DeepSeek-R1-Distill-Qwen-32B") for w in words)
    assert "127.0.0.1" in words
    assert ("/data/my models/DeepSeek-R1-Distill-Qwen-32B/part one.gguf" in words) == (name == "apple")


def test_run_asks_for_what_only_the_user_knows(tmp_path: Path) -> None:
    exported(tmp_path, "apple")
    stand_in(tmp_path, "llama-server")
    code, told = run(tmp_path, "run.sh")
    assert code != 0
    assert "MODEL_FILE" in told


def test_the_rank_decides_which_part_a_machine_plays(tmp_path: Path) -> None:
    exported(tmp_path, "vllm-lws")
    stand_in(tmp_path, "vllm")
    head, worker = (run(tmp_path, "run.sh", MASTER_ADDR="first", NODE_RANK=rank)[1].splitlines() for rank in "01")
    assert "--headless" not in head
    assert "--headless" in worker
    assert [w[w.index("--node-rank") + 1] for w in (head, worker)] == ["0", "1"]
    assert worker[worker.index("--master-addr") + 1] == "first"
    code, told = run(tmp_path, "run.sh", NODE_RANK="1")
    assert code != 0
    assert "MASTER_ADDR" in told


def test_weights_are_fetched_under_the_name_that_is_served(tmp_path: Path) -> None:
    deploy = exported(tmp_path, "vllm")
    stand_in(tmp_path, "hf")
    code, told = run(tmp_path, "fetch-model.sh")
    assert code == 0, told
    assert told.splitlines() == ["download", "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "--local-dir",
                                 "./models/DeepSeek-R1-Distill-Qwen-32B"]
    assert (deploy / "models/DeepSeek-R1-Distill-Qwen-32B").is_dir()


def test_a_checkpoint_that_is_not_the_published_one_must_be_named(tmp_path: Path) -> None:
    exported(tmp_path, "ascend")
    stand_in(tmp_path, "hf")
    code, told = run(tmp_path, "fetch-model.sh")
    assert code != 0
    assert "MODEL_ID" in told
    assert "me/model-int8" in run(tmp_path, "fetch-model.sh", MODEL_ID="me/model-int8")[1]


def test_digests_come_from_the_registry_and_pinning_twice_changes_nothing(tmp_path: Path) -> None:
    deploy = exported(tmp_path, "vllm")
    stand_in(tmp_path, "skopeo", f"echo {DIGEST}")
    assert run(tmp_path, "pin-digests.sh")[0] == 0
    pinned = (deploy / "compose.yaml").read_text(encoding="utf-8")
    assert f"image: vllm/vllm-openai:v0.33.0@{DIGEST}\n" in pinned
    assert pinned.count("image: ") == pinned.count(DIGEST)
    for path in ("Dockerfile", "k8s/base/workload.yaml", "airgap/save.sh"):
        assert DIGEST in (deploy / path).read_text(encoding="utf-8")
    assert DIGEST not in (deploy / "pin-digests.sh").read_text(encoding="utf-8")
    assert run(tmp_path, "pin-digests.sh")[0] == 0
    assert (deploy / "compose.yaml").read_text(encoding="utf-8") == pinned


def test_what_is_packed_for_an_air_gap_is_verified_and_loaded(tmp_path: Path) -> None:
    deploy = exported(tmp_path, "vllm")
    (deploy / "models").mkdir()
    (deploy / "models/weights").write_text("w", encoding="utf-8")
    stand_in(tmp_path, "skopeo", 'target=${3#docker-archive:}; echo image >"${target%%:*}"')
    stand_in(tmp_path, "docker", f'printf "%s\\n" "$*" >>{shlex.quote(str(tmp_path / "docker.log"))}')
    code, told = run(tmp_path, "airgap/save.sh")
    assert code == 0, told
    packed = {p.name for p in (deploy / "airgap/bundle").iterdir()}
    assert {"vllm_vllm-openai_v0.33.0.tar", "models.tar", "SHA256SUMS"} <= packed
    assert run(tmp_path, "airgap/load.sh")[0] == 0
    assert (tmp_path / "docker.log").read_text(encoding="utf-8").count("load -i") == len(packed) - 2
    (deploy / "airgap/bundle/vllm_vllm-openai_v0.33.0.tar").write_text("tampered", encoding="utf-8")
    assert run(tmp_path, "airgap/load.sh")[0] != 0


@pytest.mark.parametrize(("name", "sharding", "program", "wanted"), [
    ("full", "", "torchrun", ["--nnodes", "4", "--rdzv-endpoint", "first:29500", "--deepspeed", "train/ds_zero3.json"]),
    ("full", "fsdp", "accelerate", ["launch", "--config_file", "train/fsdp.yaml", "--machine_rank", "2"]),
    ("full-tp", "", "accelerate", ["--use_parallelism_config", "--num_processes", "32"]),
    ("lora", "", "torchrun", ["--standalone", "--nproc-per-node", "1", "train/train.py"]),
])
def test_launch_starts_the_planned_job(
    name: str, sharding: str, program: str, wanted: list[str], tmp_path: Path
) -> None:
    exported(tmp_path, name)
    stand_in(tmp_path, program)
    more = {"SHARDING": sharding} if sharding else {}
    code, told = run(tmp_path, "train/launch.sh", MASTER_ADDR="first", NODE_RANK="2", **more)
    assert code == 0, told
    assert [w for w in wanted if w not in told.splitlines()] == []
    if program == "torchrun":
        assert problems(("torchrun", *told.splitlines())) == ()


def test_several_machines_need_the_name_of_the_first(tmp_path: Path) -> None:
    exported(tmp_path, "full")
    stand_in(tmp_path, "torchrun")
    code, told = run(tmp_path, "train/launch.sh")
    assert code != 0
    assert "MASTER_ADDR" in told
