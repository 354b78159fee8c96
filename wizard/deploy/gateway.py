"""The gateway's nginx configuration: keys, endpoint allowlist, unbuffered streaming, TLS on a single machine."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.deploy.commands import PORT
from wizard.deploy.compose import engine_names
from wizard.deploy.facts import Deployment
from wizard.deploy.host import folder
from wizard.deploy.text import fill

_TLS = """listen 8443 ssl;
        ssl_certificate {tls}/tls.crt;
        ssl_certificate_key {tls}/tls.key;
        ssl_protocols TLSv1.2 TLSv1.3;"""


def nginx(d: Deployment, servers: Sequence[str] = (), *, tls: bool = True) -> str:
    """Return nginx.conf; ``servers`` stand in it, or are included from ``upstreams.conf`` where none is given."""
    inline = "\n        ".join(f"server {s};" for s in servers)
    here = "/etc/nginx" if d.stack.containers else f"{folder(d)}/gateway"
    keys = "/run/secrets/gateway_keys" if d.stack.containers else f"{folder(d)}/secrets/gateway-keys.conf"
    return fill("nginx.conf", {
        "UPSTREAM": inline or f"include {here}/upstreams.conf;", "KEYS": keys,
        "LISTEN": _TLS.format(tls=f"{here}/tls") if tls else "listen 8080;",
        "KEY": "proxy_set_header Authorization $http_authorization;" if d.stack.engine in ("vllm", "llama.cpp")
        else 'proxy_set_header Authorization "";',
    })


def upstreams(d: Deployment) -> str:
    """Return upstreams.conf: this machine's replicas; further machines are added here by whoever runs them."""
    hosts = ("127.0.0.1",) if d.multi_node or not d.stack.containers else engine_names(d)
    return "".join(f"server {host}:{PORT} max_fails=3 fail_timeout=30s;\n" for host in hosts)
