"""What the codes of this room say, as message ids; :mod:`wizard.words` words them."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.i18n import mark

LABELS: Mapping[str, str] = {
    "accelerator": mark("Accelerator"),
    "system": mark("Machine"),
    "cpu": mark("CPU"),
    "memory": mark("Main memory (RAM)"),
    "storage": mark("Storage"),
    "nic": mark("Network card"),
    "switch": mark("Switch"),
    "optics": mark("Optics"),
    "cable": mark("Cable"),
    "rack": mark("Rack cabinet"),
    "rail": mark("Rails"),
    "pdu": mark("Power distribution"),
    "ups": mark("UPS"),
    "software": mark("Software"),
    "link": mark("Line between sites"),
    "support": mark("Support"),
    "installation": mark("Installation"),
    "shipping": mark("Shipping"),
    "contingency": mark("Contingency"),
    "cloud": mark("Cloud rent"),
    "spare": mark("Spare part"),
    "board": mark("Motherboard"),
    "psu": mark("Power supply"),
    "case": mark("Case"),
    "cooler": mark("Cooler"),
    "utilization": mark("Utilisation"),
    "electricity_usd_per_kwh": mark("Electricity, USD per kWh"),
    "electricity_growth": mark("Electricity price growth per year"),
    "pue": mark("PUE"),
    "load_factor": mark("Average share of maximum power"),
    "availability": mark("Availability"),
    "support_rate": mark("Support per year, share of the hardware"),
    "residual_share": mark("Residual value, share of the hardware"),
    "capex_factor": mark("Purchase price, factor"),
    "horizon_years": mark("Horizon, years"),
    "discount_rate": mark("Discount rate"),
    "staff_usd_per_year": mark("Staff, USD per year"),
    "api_usd_per_million_input_tokens": mark("API, USD per million input tokens"),
    "api_usd_per_million_output_tokens": mark("API, USD per million output tokens"),
    "colocation_usd_per_kw_month": mark("Colocation, USD per kW and month"),
    "hardware_life_years": mark("Life of the hardware, years"),
    "refresh_factor": mark("Price of new hardware after its life, factor"),
    "co2_kg_per_kwh": mark("Grid emissions, kg CO2e per kWh"),
    "n": mark("no spare (N)"),
    "n+1": mark("one spare (N+1)"),
    "2n": mark("everything twice (2N)"),
    "second_site": mark("everything twice, at two sites"),
    "cloud_bill": mark("your cloud bill"),
    "api": mark("an API by the token"),
    "cloud_on_demand": mark("cloud on demand"),
    "contract": mark("contract"),
    "quote": mark("quote"),
    "list": mark("list price"),
    "street": mark("street price"),
    "estimate": mark("estimate"),
    "yours": mark("yours"),
    "assumption": mark("assumption"),
    "no_such_accelerator": mark("not in the catalogue"),
    "rent_only": mark("can only be rented"),
    "no_host": mark("no machine takes it"),
    "too_many_per_node": mark("too many for one machine"),
    "slot_power": mark("draws more than a slot gives"),
    "spread": mark("more machines than accelerators"),
    "drives": mark("the drives do not fit"),
    "fabric": mark("too many ports for two tiers of switches"),
    "power_feed": mark("draws more than a rack's feed gives"),
    "lanes": mark("too few PCIe lanes"),
    "nic_slots": mark("no slot for a network card"),
    "cores": mark("too few cores"),
    "socket": mark("it does not fit the socket"),
    "modules": mark("modules of another kind, or unlike on the channels"),
    "supply": mark("too weak for the load"),
    "plug": mark("another speed, plug or protocol"),
    "length": mark("another speed, or too short"),
    "height": mark("too low"),
    "price_range": mark("range of the prices"),
    "output_tok_s": mark("Output tokens per second"),
}
"""Categories of lines, inputs of the total cost, alternatives, classes of prices."""

SENTENCES: Mapping[str, str] = {
    "system_complete": mark("complete machine; accelerators in it: {accelerators}, needed: {needed}"),
    "system_complete_with": mark(
        "complete machine with {inside}; accelerators in it: {accelerators}, needed: {needed}"
    ),
    "system_takes": mark("takes up to {accelerators} of {name}; {needed} needed"),
    "accelerator_count": mark("{per_node} in each machine"),
    "cpu_cores": mark("{have_cores} cores, {need_cores} needed; rule of thumb: at least {rule_cores}"),
    "cpu_of_machine": mark("the CPU the machine takes; {need_cores} cores needed"),
    "memory_size": mark(
        "{have_gib} GiB per machine in {modules} modules, alike on all {channels} channels; {need_gib} GiB needed; "
        "rule of thumb: {rule_gib} GiB"
    ),
    "memory_of_machine": mark("{need_gib} GiB needed"),
    "storage_boot": mark("mirrored pair to boot from"),
    "storage_data": mark(
        "{have_tb} TB; {need_tb} TB needed for three versions of the weights, data and images; "
        "loading the weights takes {load_s} s or more"
    ),
    "storage_raid": mark(
        "{have_tb} TB with one of {drives} drives failed (mirror or parity); {need_tb} TB needed for three versions of "
        "the weights, data, checkpoints and images; loading the weights takes {load_s} s or more"
    ),
    "storage_one": mark(
        "{have_tb} TB; {need_tb} TB needed to boot and for three versions of the weights; "
        "loading the weights takes {load_s} s or more"
    ),
    "storage_unknown": mark("{need_tb} TB needed"),
    "nic_fabric": mark("one port of {gbps} Gb/s into the fabric per accelerator; rule of thumb: 200 Gb/s or more"),
    "nic_fabric_shared": mark("ports of {gbps} Gb/s into the fabric, one for {per_port} accelerators: no more slots"),
    "nic_uplink": mark("two ports of {gbps} Gb/s to the site's network; rule of thumb: 10 Gb/s or more"),
    "part_of_machine": mark("part of the machine"),
    "switch_unknown": mark("must join {endpoints} ports of {gbps} Gb/s; the catalogue has no such switch"),
    "fabric_one_switch": mark("one switch joins all {endpoints} ports"),
    "fabric_leaf_spine": mark(
        "{leaf} leaf and {spine} spine switches join {endpoints} ports, oversubscription {oversubscription}"
    ),
    "link_both_ends": mark("one for each of {links} links, both ends included"),
    "link_optics": mark("two for each of {links} links, one per end"),
    "link_fibre": mark("one for each of {links} links"),
    "uplink_ends": mark("two per machine; machines: {nodes}"),
    "uplink_ends_own": mark("two per machine; machines: {nodes}; check that the complete machine has such ports free"),
    "rack_count": mark("racks: {racks}; machines in each by height and power: {nodes_per_rack} at most"),
    "pdu_feeds": mark(
        "two feeds per rack; each alone carries {rack_kw} kW with its breakers loaded to {breaker_percent} %"
    ),
    "pdu_feed": mark(
        "one feed per rack and no second; it carries {rack_kw} kW with its breakers loaded to {breaker_percent} %"
    ),
    "ups_load": mark("carries {load_kw} kW"),
    "switch_uplinks": mark("a pair at the top of the rack; each of {nodes} machines has one port on each of the two"),
    "switch_management": mark("joins {ports} ports of the management network"),
    "management_ports": mark("one for each of {ports} ports that report and control their device (BMC)"),
    "rails": mark("one set for each of {machines} machines"),
    "storage_shared": mark(
        "{have_tb} TB usable with one server failed and 80 % filled, {need_tb} TB needed; ports carry {gb_s} GB/s, "
        "so that all machines load the weights in {load_s} s or more"
    ),
    "storage_shared_drives": mark("{each} in each of {servers} storage servers, erasure-coded over the servers"),
    "spare_drives": mark("spare for {drives} drives, 2 of 100"),
    "spare_links": mark("spare for {links} links, 2 of 100"),
    "software_accelerators": mark("one for each of {accelerators} accelerators, each year"),
    "software_machines": mark("one for each of {machines} machines, each year"),
    "software_cores": mark("{cores} cores, at least 16 a CPU and 72 in all, each year"),
    "software_cores_unknown": mark("by core; the cores of this machine are not published"),
    "software_included": mark("included in the price of {name} for five years"),
    "site_link": mark("to be quoted by carriers for the route, each year"),
    "bridge_pair": mark("one for each pair of cards"),
    "installation_nodes": mark("to be quoted for the site"),
    "support_share": mark("{percent} % of the hardware"),
    "support_open": mark("to be quoted"),
    "shipping_share": mark("{percent} % of the hardware"),
    "shipping_open": mark("to be quoted for the destination"),
    "contingency_share": mark("{percent} % of the hardware"),
    "edit_lost": mark("Your change to {part} has no line on this bill any more."),
    "edit_unknown": mark("{detail} cannot take the place of {part}; the line stays as it was."),
    "edit_misfit": mark("Your change to {part} breaks a rule: {detail_label}."),
    "edit_short": mark("Your change leaves {have} with {part}; {need} is needed."),
    "edited_bill": mark("Lines changed by hand: {lines}; before that the total was {amount} {currency}."),
    "edited_limit": mark("With your changes to the bill a requirement is missed: {limit_label}."),
}
"""Why a line is on the bill of materials, and what became of changes by hand."""

DESCRIPTIONS = frozenset((
    mark("Hardware support, first year"), mark("Shipping and insurance"), mark("Contingency"),
    mark("Installation and commissioning"), mark("Fibre patch cord, MPO-12, both ends"), mark("Cable with both ends"),
    mark("Network cable to the site's switch, both ends"), mark("Management cable, both ends"),
    mark("Line between the two sites, one year"), mark("Switch"), mark("Rack, 42 U"), mark("Rack PDU"),
))
"""Descriptions of lines that are no product of the catalogue: they are translated, product names never are."""
