"""The exported gateway, run by nginx before a stand-in engine: keys, allowlist, TLS and unbuffered streaming."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.deploy import plans
from tests.deploy.stub import KEY, Speed, service
from wizard.deploy.export import write

pytestmark = pytest.mark.slow

MODEL = "DeepSeek-R1-Distill-Qwen-32B"
TTFT_S, TPOT_S = 0.05, 0.05


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@contextmanager
def gateway(folder: Path, engine: str) -> Iterator[int]:
    """Run the exported nginx.conf with the places of a container replaced by those of this test."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    assert nginx, "nginx is missing; ./test --slow installs it"
    port, here = free_port(), folder / "gateway"
    (here / "tls").mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", here / "tls/tls.key", "-out", here / "tls/tls.crt"],
        check=True, capture_output=True,
    )
    (folder / "keys").write_text(f'"Bearer {KEY}" 1;\n', encoding="utf-8")
    (here / "upstreams.conf").write_text(f"server {engine.removeprefix('http://')};\n", encoding="utf-8")
    text = (here / "nginx.conf").read_text(encoding="utf-8")
    # The scratch folder first: the other places may lie in /tmp themselves.
    places = {"/tmp/": f"{folder}/", "/run/secrets/gateway_keys": folder / "keys", "/etc/nginx": here,
              "listen 8443": f"listen {port}", "/dev/stdout": folder / "access.log",
              "/dev/stderr": folder / "error.log"}
    for old, new in places.items():
        text = text.replace(old, str(new))
    (here / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([nginx, "-c", here / "nginx.conf", "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    write(plans.built("vllm"), tmp_path / "deploy")
    (tmp_path / "deploy/key").write_text(KEY, encoding="utf-8")
    with service(MODEL, Speed(ttft_s=TTFT_S, tpot_s=TPOT_S)) as engine, gateway(tmp_path / "deploy", engine) as port:
        yield tmp_path / "deploy", port


def test_the_exported_smoke_test_passes_through_the_exported_gateway(running: tuple[Path, int]) -> None:
    folder, port = running
    done = subprocess.run(
        [sys.executable, "test/smoke.py", f"https://127.0.0.1:{port}", "--model", MODEL, "--key-file", "key",
         "--ca-file", "gateway/tls/tls.crt", "--gateway"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") == 5


def test_tokens_pass_the_gateway_as_they_are_made(running: tuple[Path, int]) -> None:
    folder, port = running
    context = ssl.create_default_context(cafile=str(folder / "gateway/tls/tls.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    body = json.dumps({"model": MODEL, "prompt": "a b", "max_tokens": 8, "stream": True})
    connection.request("POST", "/v1/completions", body, {"Authorization": f"Bearer {KEY}"})
    answer = connection.getresponse()
    times = [time.perf_counter() for line in answer if line.startswith(b"data: {")]
    connection.close()
    assert answer.status == 200
    gaps = [b - a for a, b in pairwise(times)]
    # A gateway that buffers delivers them all at once.
    assert sum(gap > TPOT_S / 2 for gap in gaps) >= len(gaps) - 2
