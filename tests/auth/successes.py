"""How the operations of auth succeed: see tests/successes.py."""

from tests.cast import Cast

BODIES = {
    "logout": {},
    "set_up_second_factor": {},
    "enable_second_factor": {"code": "000000"},
    "disable_second_factor": {"password": "Wrong-Horse-7", "code": "000000"},
    "list_sessions": None,
    "end_session": None,
    "resend_verification": {},
}


class Successes(Cast):
    pass
