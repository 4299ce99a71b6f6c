"""The pictures of a space: files that its owner has uploaded, or links to others."""

from shared.files.access import Shown, ask_shown
from shared.files.purposes import Purpose
from shared.kit.db import Asked, Tx
from shared.kit.request import Caller
from shared.spaces.models import NewSpace, SpaceChanges


def ask_pictures(tx: Tx, caller: Caller, given: NewSpace | SpaceChanges) -> Asked[Shown | None]:
    """What the space is to show; None if that is not said. Raises as `ask_shown` does."""
    told = given.model_fields_set
    return ask_shown(
        tx,
        caller,
        Purpose.SPACE_IMAGE,
        ids=("image_ids", given.image_ids or []) if "image_ids" in told else None,
        urls=("images", given.images or []) if "images" in told else None,
    )
