"""Can the plan be falsified? Puts the plan's load on the service and compares with the slow end of its estimates.

Standard library only. Closed loop: so many requests in flight, prompts of random words, answers of fixed length.
"""

import argparse
import http.client
import json
import random
import ssl
import statistics
import sys
import threading
import time
import urllib.parse
from pathlib import Path

WORDS = ["time", "year", "way", "day", "thing", "man", "world", "life", "hand", "part", "child", "eye", "woman",
         "place", "work", "week", "case", "point", "company", "number"]


class Client:
    """One connection to the service."""

    def __init__(self, args):
        self.args = args
        url = urllib.parse.urlsplit(args.base_url)
        if url.scheme == "https":
            context = ssl.create_default_context(cafile=args.ca_file)
            self.connection = http.client.HTTPSConnection(url.netloc, timeout=args.timeout, context=context)
        else:
            self.connection = http.client.HTTPConnection(url.netloc, timeout=args.timeout)
        self.headers = {"Content-Type": "application/json"}
        if args.key_file:
            self.headers["Authorization"] = "Bearer " + Path(args.key_file).read_text(encoding="utf-8").strip()

    def complete(self, prompt, tokens):
        """Return (start, times of the parts, usage) of one streamed completion."""
        body = {"model": self.args.model, "prompt": prompt, "max_tokens": tokens, "temperature": 0.7, "stream": True,
                "ignore_eos": True, "stream_options": {"include_usage": True}}
        start = time.perf_counter()
        self.connection.request("POST", "/v1/completions", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        if answer.status != 200:
            raise OSError(f"status {answer.status}: {answer.read(300)!r}")
        times, usage = [], {}
        for line in answer:
            if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
                continue
            part = json.loads(line[6:])
            usage = part.get("usage") or usage
            if part.get("choices") and part["choices"][0].get("text") is not None:
                times.append(time.perf_counter())
        return start, times, usage


def words(count, seed):
    """Return random words, the same for the same seed."""
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(max(1, count)))


def words_per_token(args):
    """Measure how many words make a token, by the service's own count."""
    client = Client(args)
    few, many = (client.complete(words(n, "calibrate"), 1)[2].get("prompt_tokens", 0) for n in (100, 300))
    if many <= few:
        raise OSError("the service does not report usage; cannot make prompts of the planned length")
    return 200 / (many - few)


def worker(args, number, scale, results, errors):
    """Send requests one after the other until this worker's share is done."""
    time.sleep(args.ramp_s * number / args.concurrency)
    shared = int(args.prompt_tokens * args.prefix_share)
    prefix = words(round(shared * scale), "prefix") if shared else ""
    client = Client(args)
    for turn in range(args.turns):
        own = words(round((args.prompt_tokens - shared) * scale), f"{number}/{turn}")
        try:
            results.append((turn, *client.complete(f"{prefix} {own}".strip(), args.output_tokens)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            errors.append(repr(error))
            client = Client(args)


def measure(args):
    """Run the load; return the figures."""
    scale = words_per_token(args)
    results, errors = [], []
    begin = time.perf_counter()
    threads = [threading.Thread(target=worker, args=(args, i, scale, results, errors)) for i in range(args.concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steady = [r for r in results if r[2] and (r[0] > 0 or args.turns == 1)]
    if not steady:
        raise OSError(f"no request succeeded: {errors[:3]}")
    # Count while all clients are at work: from the end of the ramp until the first of them has finished.
    last = [times[-1] for turn, _, times, _ in results if times and turn == args.turns - 1]
    window = (begin + args.ramp_s, min(last, default=0.0))
    if window[1] <= window[0]:
        # No steady stretch; the whole run counts, which can only look slower.
        window = (begin, max(times[-1] for _, _, times, _ in results if times))
    rate = sum(usage.get("completion_tokens", len(times)) / len(times) * sum(window[0] <= t <= window[1] for t in times)
               for _, _, times, usage in results if times) / (window[1] - window[0])
    made = [usage.get("completion_tokens", len(times)) for _, _, times, usage in steady]
    return {
        "requests": len(results), "errors": len(errors), "first_errors": errors[:3],
        "prompt_tokens": statistics.median(usage.get("prompt_tokens", 0) for _, _, _, usage in steady),
        "output_tokens": statistics.median(made),
        "ttft_ms": statistics.median((times[0] - start) * 1000 for _, start, times, _ in steady),
        "ttft_ms_p95": quantile([(times[0] - start) * 1000 for _, start, times, _ in steady], 0.95),
        "tpot_ms": statistics.median((times[-1] - times[0]) * 1000 / max(1, n - 1)
                                     for (_, _, times, _), n in zip(steady, made)),
        "e2e_ms": statistics.median((times[-1] - start) * 1000 for _, start, times, _ in steady),
        "output_tok_s": rate,
    }


def quantile(values, share):
    """Return the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def verdict(args, figures):
    """Return the promises that the measurement breaks."""
    broken = [f"{name} = {figures[name]:.6g}, the plan's slow end is {limit:.6g}"
              for name in ("ttft_ms", "tpot_ms", "e2e_ms")
              if (limit := getattr(args, "max_" + name)) is not None and figures[name] > limit]
    if args.min_output_tok_s is not None and figures["output_tok_s"] < args.min_output_tok_s:
        rate = figures["output_tok_s"]
        broken.append(f"output_tok_s = {rate:.6g}, the plan's slow end is {args.min_output_tok_s:.6g}")
    if figures["errors"]:
        broken.append(f"{figures['errors']} requests failed: {figures['first_errors']}")
    if abs(figures["prompt_tokens"] - args.prompt_tokens) > 0.1 * args.prompt_tokens + 8:
        tokens = figures["prompt_tokens"]
        broken.append(f"prompts have {tokens} tokens instead of {args.prompt_tokens}: not the plan's load")
    if figures["output_tokens"] < 0.9 * args.output_tokens:
        tokens = figures["output_tokens"]
        broken.append(f"answers have {tokens} tokens instead of {args.output_tokens}: not the plan's load")
    return broken


def main():
    """Measure and judge; exit 1 if a promise is broken, 2 if nothing could be measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key-file")
    parser.add_argument("--ca-file")
    parser.add_argument("--timeout", type=float, default=600)
    for name, kind in (("concurrency", int), ("prompt-tokens", int), ("output-tokens", int)):
        parser.add_argument("--" + name, type=kind, required=True)
    parser.add_argument("--prefix-share", type=float, default=0.0)
    parser.add_argument("--turns", type=int, default=5, help="requests of each client, the first is warm-up")
    parser.add_argument("--ramp-s", type=float, default=10.0)
    for name in ("max-ttft-ms", "max-tpot-ms", "max-e2e-ms", "min-output-tok-s"):
        parser.add_argument("--" + name, type=float)
    args = parser.parse_args()
    try:
        figures = measure(args)
    except (OSError, http.client.HTTPException, ValueError) as error:
        print("nothing measured:", error, file=sys.stderr)
        return 2
    broken = verdict(args, figures)
    print(json.dumps(figures | {"broken": broken}, indent=2))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
