"""How constructs are called after operations."""

from shared.kit.catalog import Operation


def id_of(operation: Operation) -> str:
    """`PlaceBid` of `place_bid`."""
    return operation.name.title().replace("_", "")
