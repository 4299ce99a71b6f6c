"""What a lease that ends leaves behind."""

from typing import ClassVar
from uuid import UUID

from shared.kit.fields import View


class FreedSpace(View):
    """A space that can be leased again."""

    id: UUID

    accounted: ClassVar[tuple[str, ...]] = ()
