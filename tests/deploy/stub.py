"""A service that speaks the engines' protocol with a known speed, to prove what the exported tests measure."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "k3y"
TOKENS_PER_WORD = 1.5


@dataclass(frozen=True)
class Speed:
    ttft_s: float = 0.02
    tpot_s: float = 0.004
    answer_tokens: int | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    speed = Speed()
    model = "m"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Be quiet."""

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {KEY}"

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            self._send(404, b"")
        elif not self._known():
            self._send(401, b"")
        else:
            self._send(200, json.dumps({"data": [{"id": self.model}]}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._known() or self.path != "/v1/completions":
            self._send(401 if not self._known() else 404, b"")
            return
        made = min(asked["max_tokens"], self.speed.answer_tokens or 10**9)
        usage = {"prompt_tokens": 1 + int(len(asked["prompt"].split()) * TOKENS_PER_WORD), "completion_tokens": made}
        if not asked.get("stream"):
            self._send(200, json.dumps({"choices": [{"text": "x"}], "usage": usage}).encode())
            return
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        time.sleep(self.speed.ttft_s)
        for _ in range(made):
            self._part({"choices": [{"text": "x "}]})
            time.sleep(self.speed.tpot_s)
        self._part({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _part(self, value: object) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()


@contextmanager
def service(model: str, speed: Speed) -> Iterator[str]:
    """Run the stub; yields its address."""
    handler = type("Handler", (_Handler,), {"speed": speed, "model": model})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
