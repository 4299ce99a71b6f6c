"""A space as GET /spaces/{space_id} answers it."""

from uuid import UUID

from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.spaces import queries, rules
from shared.spaces.models import OwnSpaceDetail, SimilarSpace, SpaceDetail


def space_of(tx: Reading, space_id: UUID, *, personal: bool = True) -> OwnSpaceDetail | SpaceDetail:
    """The space as the transaction's caller may see it; unless it is `personal`, as one who has marked nothing does.
    Raises NotFound."""
    space, similar, liked = queries.select_space(tx, space_id, personal=personal)
    if space is None:
        raise NotFound()
    score, factors = rules.recommendation(liked or similar)
    row = {
        **space,
        "similar_spaces": [SimilarSpace.of(like) for like in similar],
        "ai_recommendation_score": score,
        "score_factors": factors,
    }
    return OwnSpaceDetail.of(row) if space["is_own"] else SpaceDetail.of(row)
