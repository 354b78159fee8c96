"""Failure rules about the network, the gateway and training. Numbers are those of :mod:`failure_rules`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from wizard.deploy.flags import shell_commands
from wizard.deploy.rule_records import Case, Finding, finding, value_of
from wizard.i18n import mark

LONGEST_DEFAULT_S = 60
"""nginx's own read timeout."""


def infiniband_reaches_in(c: Case) -> Iterator[Finding]:
    """13: without its device, IPC_LOCK and memlock NCCL quietly takes TCP."""
    if not c.d.multi_node:
        return
    why = mark("InfiniBand does not reach into the container, and NCCL would quietly use TCP")
    for path, _, service in c.services():
        if "/dev/infiniband" not in service.get("devices", ()) or "IPC_LOCK" not in service.get("cap_add", ()) \
                or service.get("ulimits", {}).get("memlock") != -1:
            yield finding(13, "error", path, why, mark("Pass /dev/infiniband in, add IPC_LOCK, set memlock to -1."))
    for path, _, _, container in c.workloads():
        if "IPC_LOCK" not in container["securityContext"]["capabilities"].get("add", ()):
            yield finding(13, "error", path, why, mark("Add IPC_LOCK, and apply the overlay rdma for the device."))


def interface_named(c: Case) -> Iterator[Finding]:
    """14: the interface is chosen, and chosen exactly."""
    if not c.d.multi_node:
        return
    for path, env in c.environments():
        value = env.get("NCCL_SOCKET_IFNAME")
        if not value:
            yield finding(14, "error", path, mark("NCCL chooses an interface by itself, and a wrong one hangs"),
                          mark("Set NCCL_SOCKET_IFNAME, with = before the exact name."))
        elif not str(value).startswith(("=", "^", "$")):
            yield finding(14, "warning", path, mark("NCCL_SOCKET_IFNAME {value} matches every interface that begins "
                                                    "so"),
                          mark("Write ={value} for exactly this one."), value=value)


def streams_pass(c: Case) -> Iterator[Finding]:
    """19: the gateway neither holds tokens back nor gives up after a minute."""
    for path, file in c.bundle.items():
        if file.kind != "nginx" or "proxy_pass" not in file.text:
            continue
        if not re.search(r"proxy_buffering\s+off;", file.text):
            yield finding(19, "error", path, mark("the gateway collects the answer before it passes it on"),
                          mark("Set proxy_buffering off."))
        timeout = re.search(r"proxy_read_timeout\s+(\d+)s?;", file.text)
        if not timeout or int(timeout[1]) <= LONGEST_DEFAULT_S:
            yield finding(19, "error", path, mark("the gateway gives up on answers that take longer than a minute"),
                          mark("Set proxy_read_timeout to an hour."))


def rendezvous_complete(c: Case) -> Iterator[Finding]:
    """21: torchrun's machines meet at one address with a port."""
    for path, file in c.bundle.items():
        if file.kind != "shell":
            continue
        for words in shell_commands(file.text):
            if words[0] != "torchrun" or "--standalone" in words:
                continue
            endpoint = value_of(words, "--rdzv-endpoint", "--rdzv_endpoint") or ""
            if value_of(words, "--rdzv-backend", "--rdzv_backend") != "c10d" or not re.search(r":\d+$", endpoint):
                yield finding(21, "error", path, mark("torchrun's machines do not meet: {endpoint} is no address with "
                                                      "a port"),
                              mark("Use --rdzv-backend c10d and --rdzv-endpoint HOST:PORT, the same on every machine."),
                              endpoint=endpoint or "-")


def zero_in_numbers(c: Case) -> Iterator[Finding]:
    """22: "auto" is known to the Hugging Face trainer only, and batch sizes must multiply."""
    for path, file in c.bundle.items():
        if "/ds_zero" not in path:
            continue
        if '"auto"' in file.text:
            yield finding(22, "error", path, mark("\"auto\" is understood by the Hugging Face trainer only"),
                          mark("Write numbers."))
            continue
        found = json.loads(file.text)
        micro, steps = found["train_micro_batch_size_per_gpu"], found["gradient_accumulation_steps"]
        if found["train_batch_size"] % (micro * steps):
            yield finding(22, "error", path, mark("train_batch_size {batch} is no multiple of {micro} x {steps}"),
                          mark("It must be micro batch x accumulation steps x accelerators."),
                          batch=found["train_batch_size"], micro=micro, steps=steps)


def layout_followed(c: Case) -> Iterator[Finding]:
    """29: the shipped trainer has no pipeline stages."""
    if c.d.training and c.d.option.parallel.pp > 1:
        yield finding(29, "warning", "train/", mark("the plan has {pp} pipeline stages, which the shipped trainer "
                                                    "does not "
                                                    "have; it shards over all accelerators instead"),
                      mark("Expect another speed and memory than the plan's, or run the plan's layout with "
                           "Megatron-LM."),
                      pp=c.d.option.parallel.pp)


def checkpoint_made(c: Case) -> Iterator[Finding]:
    """30: somebody must make the checkpoint that the plan counts on."""
    if c.d.needs_checkpoint and not c.d.training:
        yield finding(30, "warning", "models/", mark("the plan counts on a checkpoint in {precision}, which is not the "
                                                     "published one"),
                      mark("Choose or make it, and compare its answers with the original."),
                      precision=c.d.option.weight_precision)
