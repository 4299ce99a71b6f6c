"""What an expense must be."""

from decimal import Decimal

from shared.kit.errors import Detail, Invalid
from shared.maths.currencies import WHOLE_CURRENCIES


def check_amounts(currency: str, **amounts: Decimal | None) -> None:
    """Raises Invalid on each amount that has decimals which its currency lacks."""
    if currency not in WHOLE_CURRENCIES:
        return
    broken = [name for name, amount in amounts.items() if amount is not None and amount % 1]
    if broken:
        raise Invalid(*(Detail(name, f"must be a whole number: {currency} has no decimals") for name in broken))
