"""Does it answer? Standard library only: python3 test/smoke.py https://127.0.0.1:8443 --model NAME --key-file FILE."""

import argparse
import json
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path


def call(args, path, body=None, key=True, timeout=120):
    """Return (status, lines) of one request."""
    request = urllib.request.Request(args.base_url.rstrip("/") + path)
    if key and args.key_file:
        request.add_header("Authorization", "Bearer " + Path(args.key_file).read_text(encoding="utf-8").strip())
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    context = None
    if args.base_url.startswith("https"):
        context = ssl.create_default_context(cafile=args.ca_file)
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.status, [line.decode().strip() for line in answer if line.strip()]
    except urllib.error.HTTPError as error:
        return error.code, []


def models(args):
    """The served model bears the planned name."""
    status, lines = call(args, "/v1/models")
    names = [m["id"] for m in json.loads("".join(lines))["data"]] if status == 200 else []
    return args.model in names, f"status {status}, models {names}"


def answer(args):
    """A completion returns tokens."""
    body = {"model": args.model, "prompt": "One, two, three,", "max_tokens": 8, "temperature": 0}
    status, lines = call(args, "/v1/completions", body)
    used = json.loads("".join(lines)).get("usage", {}) if status == 200 else {}
    return status == 200 and used.get("completion_tokens", 0) > 0, f"status {status}, usage {used}"


def stream(args):
    """A streamed completion arrives in several parts and ends properly."""
    body = {"model": args.model, "prompt": "One, two, three,", "max_tokens": 8, "temperature": 0, "stream": True}
    status, lines = call(args, "/v1/completions", body)
    parts = [line for line in lines if line.startswith("data: ")]
    return status == 200 and len(parts) > 2 and parts[-1] == "data: [DONE]", f"status {status}, {len(parts)} parts"


def refuses_strangers(args):
    """Without a key there is no answer."""
    if not args.key_file:
        return True, "no key in use"
    status, _ = call(args, "/v1/models", key=False)
    return status == 401, f"status {status}"


def hides_the_rest(args):
    """The gateway lets nothing but the allowlist through."""
    if not args.gateway:
        return True, "not through a gateway"
    found = {path: call(args, path)[0] for path in ("/metrics", "/tokenize", "/v1/load_lora_adapter")}
    return set(found.values()) == {404}, str(found)


def main():
    """Run all checks; exit 1 if one fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key-file")
    parser.add_argument("--ca-file", help="certificate of a private authority")
    parser.add_argument("--gateway", action="store_true", help="the address is the gateway's")
    args = parser.parse_args()
    failed = 0
    for check in (models, answer, stream, refuses_strangers, hides_the_rest):
        try:
            good, detail = check(args)
        except (OSError, ValueError, KeyError) as error:
            good, detail = False, repr(error)
        failed += not good
        print("ok  " if good else "FAIL", check.__name__, "-", detail)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
