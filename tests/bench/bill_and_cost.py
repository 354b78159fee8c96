"""Bill and total cost: `python tests/bench/bill_and_cost.py [RUNS]` prints medians in ms of CPU time, never a verdict.

Each figure is a bill of materials with its total cost (20,000 draws, tornado included), with the shelf warm as it is
in a plan, and once cold: a catalogue that has answered nothing yet.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.cloud import cheapest_cloud
from wizard.costing.columns import CapexColumns
from wizard.costing.demand import BuildDemand, Profile
from wizard.costing.edits import apply_edits
from wizard.costing.shelf import shelf_of
from wizard.costing.tco import total_cost
from wizard.costing.terms import terms_of
from wizard.costing.usage import Usage
from wizard.needs.needs import Economics, LineEdit

ALL = ("nvidia_ai_enterprise", "ubuntu_pro", "vmware_vcf")
DEMANDS = {
    "workstation, 1 x RTX 4090": BuildDemand(accelerator="rtx_4090", accelerators=1, weights_bytes=15e9),
    "server, 8 x L40S": BuildDemand(accelerator="l40s", accelerators=8, weights_bytes=140e9, software=ALL, ups=True),
    "node, 8 x H100": BuildDemand(accelerator="h100_sxm_80", accelerators=8, weights_bytes=700e9),
    "cluster, 1,024 x H100": BuildDemand(
        accelerator="h100_sxm_80", accelerators=1024, nodes=128, inter_node=True, training=True, weights_bytes=140e9,
        dataset_tb=100.0, software=ALL),
    "two sites, 2 x 512 x H100": BuildDemand(
        accelerator="h100_sxm_80", accelerators=1024, nodes=128, inter_node=True, weights_bytes=700e9, storage="yes",
        load_s=60.0, sites=2, ups=True),
}


def median_ms(work: Callable[[], object], runs: int) -> float:
    spent = []
    for _ in range(runs):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent) * 1e3


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(runs: int) -> None:
    catalog = Catalog()
    terms = terms_of(catalog)
    economics = Economics(horizon_years=7)
    for name, demand in DEMANDS.items():
        offer = cheapest_cloud(catalog, demand.accelerator, demand.accelerators)
        usage = Usage(output_tok_s=5000.0, output_tok_s_low=4000.0, output_tok_s_high=6500.0, prefill_share=0.3,
                      input_per_output=4.0, cloud=offer)
        bom = build_bom(demand, catalog, terms)
        # A lambda with a default cannot be inferred.
        bill = median_ms(lambda demand=demand: build_bom(demand, catalog, terms), runs)  # type: ignore[misc]
        # As above.
        cost = median_ms(lambda bom=bom, usage=usage: total_cost(bom, usage, economics, catalog),  # type: ignore[misc]
                         runs)
        say(f"{name:28} {len(bom.lines):3} lines, bill {bill:6.2f}, total cost {cost:6.2f}, both {bill + cost:6.2f}")
    edits = [LineEdit(part=line.part, quantity=line.quantity + 1, discount=0.1) for line in bom.lines[:10]]
    shelf = shelf_of(catalog, terms)
    say(f"{'ten lines changed by hand':28} {median_ms(lambda: apply_edits(bom, edits, shelf), runs):6.2f}")
    fresh = Catalog()
    cold = median_ms(lambda: build_bom(DEMANDS["cluster, 1,024 x H100"], fresh, terms_of(fresh)), 1)
    say(f"{'cluster on a cold shelf':28} {cold:6.2f} (the catalogue is read on the way)")
    columns = CapexColumns.of(catalog, terms, (
        Profile(weights_bytes=140e9, training=False, dataset_tb=0.0, fabric=False, edge=False),))
    generator = np.random.default_rng(1)
    nodes = generator.integers(1, 33, 100_000)
    rows = (generator.integers(0, len(columns.accelerators), 100_000), 8 * nodes, nodes)
    columns.build(*rows)
    say(f"{'100,000 prices of the search':28} {median_ms(lambda: columns.build(*rows), runs):6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
