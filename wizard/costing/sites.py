"""Two places that hold the same: what joins them, and power and racks of both together."""

from __future__ import annotations

from dataclasses import replace

from wizard.costing.items import Item
from wizard.costing.records import PowerRack
from wizard.i18n import mark

LINK_TEXT = mark("Line between the two sites, one year")
"""Carriers quote by route; no price of it is public."""


def link_items() -> list[Item]:
    """Return the line between the sites, over which requests are steered and weights are copied."""
    return [Item("link", "site_link", "", LINK_TEXT, 1, None, reason="site_link", recurring=True)]


def of_sites(power: PowerRack, sites: int) -> PowerRack:
    """Return power, heat and racks of all sites; what holds for one node or rack stays."""
    return replace(power, max_w=power.max_w * sites, typical_w=power.typical_w * sites,
                   heat_btu_h=power.heat_btu_h * sites, racks=power.racks * sites)
