"""The money of one option: its bill of materials or its rent, its total cost, and what it costs per month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, ApiPrice
from wizard.costing.api import api_price_of
from wizard.costing.build import build_bom
from wizard.costing.cloud import CloudOffer, cheapest_cloud
from wizard.costing.demand import BuildDemand
from wizard.costing.edits import Edited, apply_edits, paid
from wizard.costing.records import Bom, Tco
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import shelf_of
from wizard.costing.software import rented_cents, software_ids, subscribed
from wizard.costing.tco import total_cost
from wizard.costing.terms import Terms, money
from wizard.costing.usage import Usage
from wizard.money import cents
from wizard.needs.needs import Needs
from wizard.planner.models import model_of
from wizard.planner.plan import Cost, Estimate, Limit, Option, Reason
from wizard.planner.premises import owned
from wizard.planner.purchase import demand_of, sites_of

MONTHS = 12
_BILL_WARNINGS = frozenset(("prices_unknown", "unpriced_lines", "stale_prices", "stale_rent", "stale_rate"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an option costs and draws. ``system`` or ``cloud_sku`` names where its accelerators live."""

    system: str | None
    cloud_sku: str | None
    power_w: float
    rack_units: float | None
    cost: Cost
    bom: Bom | None
    tco: Tco | None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def capex_usd(self) -> float | None:
        """The purchase with tax in US dollars."""
        return float(self.bom.total / self.bom.usd_rate) if self.bom else None


@dataclass(frozen=True)
class Biller:
    """Makes bills under one plan's needs and terms."""

    needs: Needs
    catalog: Catalog
    terms: Terms

    def bill(
        self, accelerator: Accelerator, accelerators: int, nodes: int, *, rented: bool, spare_nodes: int = 0,
        weights_bytes: float = 0.0, spans_nodes: bool = False, share: int = 1, output_tok_s: Estimate | None = None,
        power_w: float = 0.0, training: bool = False, lean: tuple[int, int] | None = None,
        prefill_share: float | None = None, socket_cores: int = 0,
    ) -> Bill:
        """Bill so many accelerators on so many nodes, bought or rented.

        Args:
            share: accelerators that must sit in one rented instance.
            prefill_share: share of the accelerators' time that prompts take.
            power_w: what the search estimated, for hardware that is rented or that no bill can be made of.
            socket_cores: cores that each socket must have.
            lean: accelerators and nodes without the spare replicas, to say what those cost.
        """
        offer = cheapest_cloud(self.catalog, accelerator.id, accelerators, max(1, share))
        usage = self._usage(offer, output_tok_s, prefill_share)
        if rented and offer is not None:
            bill = self._rent(offer, usage, accelerators * (accelerator.tdp_w or 0.0))
            fewer = cheapest_cloud(self.catalog, accelerator.id, lean[0], max(1, share)) if lean else None
            return bill if fewer is None else _with_spares(bill, bill.cost.per_month, self._month(fewer), "spares_rent")
        demand = demand_of(
            self.needs, self.catalog, self.terms, accelerator.id, accelerators=accelerators, nodes=nodes,
            weights_bytes=weights_bytes, spans_nodes=spans_nodes, spare_nodes=spare_nodes, training=training,
            sites=1 if training else sites_of(self.needs),
        )
        demand = replace(demand, socket_cores=socket_cores)
        try:
            bom = build_bom(demand, self.catalog, self.terms)
        except CannotBuild as refusal:
            return self._unbuilt(refusal, power_w)
        if owned(self.needs, self.catalog).get(accelerator.id, 0) >= accelerators:
            bom, lean = paid(bom, shelf_of(self.catalog, self.terms)), None
        bill = self._own(bom, usage, accelerator.name, priced=_is_priced(bom))
        if lean is None or bill.cost.capex is None:
            return bill
        accelerators, nodes = lean
        fewer_nodes = replace(demand, accelerators=accelerators, nodes=nodes, spare_nodes=0, sites=1,
                              inter_node=spans_nodes and nodes > 1)
        return _with_spares(bill, bom.total, self._total(fewer_nodes), "spares_price")

    def edited(self, option: Option) -> Option:
        """Return an option with the user's changes in its bill, and all its money reckoned from that bill."""
        bom, edits = option.bom, self.needs.bill
        if bom is None or not edits:
            return option
        changed = apply_edits(bom, edits, shelf_of(self.catalog, self.terms))
        share = 1 if option.mig_profile else min(option.parallel.devices, option.accelerators_per_node)
        offer = cheapest_cloud(self.catalog, option.accelerator, option.accelerators, share)
        usage = self._usage(offer, option.estimates.get("output_tok_s"), option.prefill_share)
        bill = self._own(changed.bom, usage, option.accelerator_name, priced=_is_priced(changed.bom))
        limits = tuple(_with_budget(limit, bill) for limit in option.limits)
        return replace(
            option, bom=bill.bom, tco=bill.tco, cost=replace(bill.cost, spares=option.cost.spares), limits=limits,
            power_w=bill.power_w, rack_units=bill.rack_units,
            binding=min(limits, key=lambda limit: limit.margin, default=None),
            warnings=(*_edit_warnings(bom, changed, option.limits, limits),
                      *(w for w in option.warnings if w.code not in _BILL_WARNINGS), *bill.warnings),
        )

    def _total(self, demand: BuildDemand) -> Decimal | None:
        try:
            return build_bom(demand, self.catalog, self.terms).total
        except CannotBuild:
            return None

    def _month(self, offer: CloudOffer) -> Decimal | None:
        """Return a month's rent with the software on top of it."""
        month = offer.month_usd(offer.on_demand_usd_h)
        return None if month is None else cents(month * self.terms.rate) + cents(self._rented_software(offer) / MONTHS)

    def _usage(self, offer: CloudOffer | None, rate: Estimate | None, prefill_share: float | None) -> Usage:
        load, economics = self.needs.workload, self.needs.economics
        return replace(
            Usage.at(economics), output_tok_s=rate.value if rate else None, output_tok_s_low=rate.low if rate else None,
            output_tok_s_high=rate.high if rate else None, prefill_share=prefill_share,
            input_per_output=load.prompt_tokens / load.output_tokens,
            cloud=offer, api=self._api,
        )

    @cached_property
    def _api(self) -> ApiPrice | None:
        """What the model's hosts ask for it, unless the data may not go there."""
        if self.needs.constraints.private_data or self.needs.use_case != "inference":
            return None
        load = self.needs.workload
        return api_price_of(
            self.catalog, model_of(self.needs, self.catalog).id, load.prompt_tokens / load.output_tokens)

    def _own(self, bom: Bom, usage: Usage, name: str, *, priced: bool) -> Bill:
        tco = total_cost(bom, usage, self.needs.economics, self.catalog) if priced else None
        cost = Cost(
            currency=bom.currency, capex=bom.total if priced else None, opex_year=tco.opex_year if tco else None,
            total=tco.total if tco else None, per_month=cents(tco.opex_year / MONTHS) if tco else None,
            usd_per_million_tokens=_in_usd(tco.per_million_tokens, bom.usd_rate) if tco else None,
        )
        warnings = [] if priced else [Reason(code="prices_unknown", fields={"accelerator": name})]
        if bom.unpriced:
            warnings.append(Reason(code="unpriced_lines", fields={"lines": len(bom.unpriced)}))
        if bom.stale:
            warnings.append(Reason(code="stale_prices", fields={"lines": len(bom.stale)}))
        warnings += (*self._stale_rent(usage.cloud), *self._stale_rate())
        return Bill(
            system=bom.system or None, cloud_sku=None, power_w=bom.power_w, rack_units=bom.rack_units, cost=cost,
            bom=bom, tco=tco, warnings=tuple(warnings),
        )

    def _rent(self, offer: CloudOffer, usage: Usage, power_w: float) -> Bill:
        currency, rate = self.terms.currency, self.terms.rate
        software = self._rented_software(offer)
        usage = replace(usage, rent_subscriptions_year=software)
        tco = total_cost(offer, usage, self.needs.economics, self.catalog, currency=currency)
        cost = Cost(
            currency=currency, capex=Decimal("0.00"), opex_year=tco.opex_year, total=tco.total,
            per_month=self._month(offer),
            usd_per_million_tokens=_in_usd(tco.per_million_tokens, rate),
        )
        reasons: tuple[Reason, ...] = (Reason(code="rented", fields={
            "instances": offer.instances, "instance": offer.sku.instance, "provider": offer.sku.provider,
            "region": offer.sku.region,
        }),)
        if software:
            reasons += (Reason(code="rent_software", fields={"amount": software, "currency": currency}),)
        return Bill(system=None, cloud_sku=offer.sku.id, power_w=power_w, rack_units=None, cost=cost, bom=None,
                    tco=tco, reasons=reasons, warnings=(*self._stale_rent(offer), *self._stale_rate()))

    def _stale_rate(self) -> Iterator[Reason]:
        """Say where the bill rests on an old exchange rate."""
        currency = self.terms.currency
        as_of, _ = self.terms.exchange.basis(currency)
        if currency != "USD" and self.terms.is_stale(as_of):
            yield Reason(code="stale_rate", fields={"currency": currency, "as_of": as_of.isoformat()})

    def _rented_software(self, offer: CloudOffer) -> Decimal:
        """Return a year of the software that the rented accelerators need on top of their rent."""
        names = software_ids(self.catalog, self.needs.constraints.software)
        shelf = shelf_of(self.catalog, self.terms)
        each = rented_cents(subscribed(shelf, names), self.catalog.accelerators[offer.accelerator])
        return money(each * offer.count)

    def _stale_rent(self, offer: CloudOffer | None) -> list[Reason]:
        if offer is None or not self.terms.is_stale(offer.sku.as_of):
            return []
        return [Reason(code="stale_rent", fields={
            "provider": offer.sku.provider, "instance": offer.sku.instance, "as_of": offer.sku.as_of.isoformat()})]

    def _unbuilt(self, refusal: CannotBuild, power_w: float) -> Bill:
        nothing = Cost(currency=self.terms.currency, capex=None, opex_year=None, total=None, per_month=None,
                       usd_per_million_tokens=None)
        warning = Reason(code="cannot_build", fields={"part": refusal.part, "conflict_label": refusal.code})
        return Bill(system=None, cloud_sku=None, power_w=power_w, rack_units=None, cost=nothing, bom=None, tco=None,
                    warnings=(warning,))


def _with_budget(limit: Limit, bill: Bill) -> Limit:
    """Return a limit on money, power or height with what the changed bill has."""
    have = {"budget": bill.capex_usd, "power_w": bill.power_w, "rack_units": bill.rack_units}.get(limit.code)
    return limit if have is None else replace(limit, have=have, margin=1 - have / limit.need)


def _edit_warnings(
    before: Bom, changed: Edited, old: tuple[Limit, ...], new: tuple[Limit, ...],
) -> Iterator[Reason]:
    lines = sum(line.edited for line in changed.bom.lines) + len(before.lines) - len(changed.bom.lines)
    if lines:
        yield Reason(code="edited_bill", fields={
            "lines": lines, "amount": before.total, "currency": before.currency})
    for fault in changed.faults:
        label = {"detail_label": fault.detail} if fault.code == "edit_misfit" else {"detail": fault.detail}
        yield Reason(code=fault.code, fields={"part": fault.part, "need": fault.need, "have": fault.have, **label})
    for was, limit in zip(old, new, strict=True):
        if limit.margin < 0 <= was.margin:
            yield Reason(code="edited_limit", fields={"limit_label": limit.code})


def _with_spares(bill: Bill, whole: Decimal | None, lean: Decimal | None, code: str) -> Bill:
    """Say what the spare replicas take of the price: with them, less without them."""
    if whole is None or lean is None:
        return bill
    spares = whole - lean
    reason = Reason(code=code, fields={"amount": spares, "currency": bill.cost.currency})
    return replace(bill, cost=replace(bill.cost, spares=spares), reasons=(*bill.reasons, reason))


def _is_priced(bom: Bom) -> bool:
    """Tell whether the accelerators and their machines have prices, so that the total means something."""
    return all(line.extended is not None for line in bom.lines if line.category in {"accelerator", "system"})


def _in_usd(amount: Decimal | None, rate: Decimal) -> Decimal | None:
    return None if amount is None else (amount / rate).quantize(Decimal("0.0001"))
