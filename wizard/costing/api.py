"""What a model costs by the token from those who host it."""

from __future__ import annotations

from decimal import Decimal

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import ApiPrice


def api_price_of(catalog: Catalog, model: str, input_per_output: float = 0.0) -> ApiPrice | None:
    """Return the price that half of a model's hosts undercut or meet; ``None`` where nobody's price is known.

    Of an even number it is the lower of the two in the middle, so that it is always one host's real price. The
    cheapest would be a matter of chance, the dearest a straw man.

    Args:
        model: the catalogue's id.
        input_per_output: prompt tokens for each output token, by which input and output prices are weighed.
    """
    share = Decimal(str(input_per_output))
    offers = sorted(
        (price for price in catalog.api_prices.values() if price.model == model),
        key=lambda price: (price.input_usd_per_million * share + price.output_usd_per_million, price.id),
    )
    return offers[(len(offers) - 1) // 2] if offers else None
