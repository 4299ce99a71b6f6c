"""The format that a client asks for, where an operation has its answer in several (`Accept`, RFC 9110, 12.5.1)."""

from shared.kit.request import Request


def preferred(request: Request, *offered: str) -> str:
    """The content type in `offered` that the client prefers; the first if it states no preference, or accepts none of
    them."""
    ranges = [_range(part) for part in request.headers.get("accept", "").split(",")]
    likes = {kind: _liked(kind, ranges) for kind in offered}
    best = max(likes.values())
    return next(kind for kind in offered if likes[kind] == best)


def _range(text: str) -> tuple[str, float]:
    """A media range and its weight; an invalid weight counts as 0."""
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    weight = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    digits = weight.replace(".", "", 1)
    return name, float(weight) if digits.isascii() and digits.isdigit() and len(weight) <= 5 else 0.0


def _liked(kind: str, ranges: list[tuple[str, float]]) -> float:
    # The most specific range that names the type decides.
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == wanted]
        if weights:
            return max(weights)
    return 0.0
