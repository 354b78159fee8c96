"""What the room must give: power, heat, air, space and weight."""

from __future__ import annotations

import math
from collections.abc import Iterator

from wizard.costing.records import Bom, PowerRack
from wizard.planner.plan import Option
from wizard.quote.codes import BASES, COOLING, worded
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.style import BODY, CAPTION, H1, H2
from wizard.quote.tables import Cell, Column, Grid, Row, pairs
from wizard.units import BTU_H_PER_W

_AIR_J_PER_M3_K = 1206.0
"""Heat that a cubic metre of air takes per kelvin at 20 °C and sea level: 1.2 kg/m3 × 1,005 J/(kg K)."""
_AIR_RISE_K = 15.0
_CONTINUOUS_SHARE = 0.8
_VOLTS = 230.0
_LINE_VOLTS = 400.0
_SINGLE_PHASE_MOST_A = 32.0
_MOST = 30


def section(paper: Paper) -> Section:
    """Return the part for whoever runs the room."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Power, heat and space"), H1)]
    if option is None or (option.bom is None and option.cloud_sku):
        blocks.append(Text(tr("The hardware is rented; room, power and cooling are the provider's."), BODY))
    else:
        site = option.bom.site if option.bom else None
        blocks += [pairs(list(_needs(paper, option, site))), *_network(paper, option.bom), *_rack(paper, option.bom)]
        share = site.breaker_share if site else _CONTINUOUS_SHARE
        blocks.append(Text(tr(
            "Power is the maximum at the wall of everything in the plan. Heat equals power. Air flow is what carries "
            "the heat off with a rise of {rise} K at sea level. A circuit is loaded to {share} of its rating.",
            rise=paper.figure(_AIR_RISE_K), share=paper.share(share)), CAPTION))
    return Section("infrastructure", tr("Power, heat and space"), blocks, new_page=False)


def _needs(paper: Paper, option: Option, site: PowerRack | None) -> Iterator[tuple[str, Cell]]:
    tr, watts = paper.tr, site.max_w if site else option.power_w
    yield tr("Power at the wall, at most"), paper.power(watts)
    if site:
        yield tr("Power at the wall, typical"), paper.power(site.typical_w)
        yield tr("Power rests on"), worded(tr, BASES, site.basis)
    heat = site.heat_btu_h if site else watts * BTU_H_PER_W
    yield tr("Heat"), f"{paper.power(watts)} = {paper.count(round(heat, -1))} BTU/h"
    yield tr("Air flow"), paper.with_unit(watts * 3600 / (_AIR_J_PER_M3_K * _AIR_RISE_K), "m³/h")
    if site and site.cooling:
        yield tr("Cooling of the machines"), worded(tr, COOLING, site.cooling)
    if site:
        yield tr("Noise"), tr("no figure is published; ask before it stands beside people") if site.desk else (
            tr("a server's: it needs a room of its own"))
    yield _circuit(paper, site.rack_max_w if site and site.rack_max_w else watts,
                   site.breaker_share if site else _CONTINUOUS_SHARE)
    yield from _space(paper, option, site)
    if site and site.unknown:
        yield tr("Power not known of"), ", ".join(dict.fromkeys(site.unknown))
    if option.tco and option.tco.energy_kwh_year:
        yield tr("Energy a year, with cooling"), paper.with_unit(option.tco.energy_kwh_year, "kWh")
    if option.tco and option.tco.co2e_kg_year:
        yield tr("CO2e a year from that energy"), paper.with_unit(option.tco.co2e_kg_year, "kg")


def _circuit(paper: Paper, watts: float, share: float) -> tuple[str, Cell]:
    """Return the least breaker of a rack, or of the machine where there is no rack."""
    tr = paper.tr
    if watts <= _VOLTS * _SINGLE_PHASE_MOST_A * share:
        name, amps = tr("Circuit at {volts} V, single phase", volts=paper.count(_VOLTS)), watts / _VOLTS / share
    else:
        name = tr("Circuit at {volts} V, three phases", volts=paper.count(_LINE_VOLTS))
        amps = watts / (_LINE_VOLTS * math.sqrt(3)) / share
    return name, tr("{amps} A or more in all", amps=paper.figure(amps))


def _space(paper: Paper, option: Option, site: PowerRack | None) -> Iterator[tuple[str, Cell]]:
    tr, bom = paper.tr, option.bom
    if option.rack_units:
        yield tr("Rack units"), paper.figure(option.rack_units)
    if site and site.racks:
        yield tr("Racks"), paper.count(site.racks)
        yield tr("Nodes in a rack"), paper.count(site.nodes_per_rack)
        yield tr("Power of a rack, at most"), paper.power(site.rack_max_w)
        if site.rack_max_kg is not None:
            yield tr("Weight of a rack, at most"), paper.with_unit(site.rack_max_kg, "kg")
    if bom and bom.weight_kg is not None:
        yield tr("Weight of what has a known weight"), paper.with_unit(bom.weight_kg, "kg")


def _network(paper: Paper, bom: Bom | None) -> Iterator[Block]:
    tr, fabric = paper.tr, bom.fabric if bom else None
    if fabric is None:
        return
    yield Group([Text(tr("Network between the nodes"), H2), pairs([
        (tr("Ports of the nodes"), tr("{n} at {speed} Gb/s", n=paper.count(fabric.endpoints),
                                      speed=paper.figure(fabric.port_gbps))),
        (tr("Leaf / spine switches"), f"{paper.count(fabric.leaf_switches)} / {paper.count(fabric.spine_switches)}"),
        (tr("Links"), paper.count(fabric.links)),
        (tr("Oversubscription"), f"{paper.figure(fabric.oversubscription)} : 1"),
    ])])


def _rack(paper: Paper, bom: Bom | None) -> Iterator[Block]:
    tr = paper.tr
    lines = [x for x in bom.lines if x.rack_units or x.weight_kg] if bom else []
    if not lines:
        return
    rows = [Row((paper.describe(line), paper.count(line.quantity),
                 paper.figure(line.rack_units * line.quantity) if line.rack_units else BLANK,
                 paper.figure(line.weight_kg * line.quantity) if line.weight_kg else BLANK)) for line in lines[:_MOST]]
    yield Group([Text(tr("What stands in the rack"), H2),
                 Grid((Column(tr("Item"), 1), Column(tr("Qty"), align="right"),
                       Column(tr("Rack units"), align="right", least=60),
                       Column(tr("Weight, kg"), align="right", least=60)), rows)])
