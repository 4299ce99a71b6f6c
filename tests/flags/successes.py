"""How the operations of flags succeed: see tests/successes.py."""

from functions.flags.change_flag import change_flag
from tests.call import call
from tests.cast import Asked, Cast

NEW_UI = {"description": "The new floor plans", "enabled": True, "roles": ["OWNER"], "rollout_percent": 25}
BODIES = {"change_flag": NEW_UI, "delete_flag": None, "list_flags": None, "show_flags": None}


class Successes(Cast):
    def change_flag(self) -> Asked:
        return {"as_": self.admin, "path": {"name": "new_ui"}, "body": NEW_UI}

    def delete_flag(self) -> Asked:
        self._flag()
        return {"as_": self.admin, "path": {"name": "new_ui"}}

    def list_flags(self) -> Asked:
        self._flag()
        return {"as_": self.admin}

    def show_flags(self) -> Asked:
        self._flag()
        return {"as_": self.owner}

    def _flag(self) -> None:
        assert call(change_flag, **self.change_flag()).status == 200
