"""Requests and answers of registration and sign-in."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from shared.kit.catalog import Role
from shared.kit.fields import Body, Flag, Label, Query, Says, Text, View, refuse
from shared.kit.paging import PageMeta
from shared.users.models import Language


def _address(value: str) -> str:
    # Imported with the first address, so that only operations that check one pay for it.
    import email_validator

    # RFC 5322 is the rule; whether an address can be reached, the verification e-mail finds out.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        if not value.isascii():
            raise refuse("must be an ASCII address (write an international domain as xn--…)", "WRONG_FORMAT")
        email_validator.validate_email(
            value, strict=True, check_deliverability=False, allow_quoted_local=True, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError:
        raise refuse("must be an e-mail address", "WRONG_FORMAT") from None
    return value


def _hashable(value: object) -> object:
    # bcrypt would truncate these, so that a second password would open the account: they are refused.
    if isinstance(value, str):
        if "\x00" in value:
            raise refuse("must not contain NUL")
        try:
            if len(value.encode()) > 72:
                raise refuse("must be at most 72 bytes of UTF-8", "TOO_LONG")
        except UnicodeEncodeError:
            raise refuse("must be valid Unicode") from None
    return value


_LENGTH = "At most 72 bytes of UTF-8, without NUL."

Email = Annotated[
    str,
    Field(max_length=254, json_schema_extra={"format": "email"}),
    AfterValidator(_address),
]
Password = Annotated[
    str,
    Field(description=_LENGTH, json_schema_extra={"format": "password", "maxLength": 72}),
    BeforeValidator(_hashable),
]
Code = Annotated[Text, Field(pattern="^[0-9]{6}$", description="Six digits from the app."), Says("must be six digits")]
Token = Annotated[Text, Field(min_length=1, max_length=500)]


RegistrationRole = Literal["OWNER", "CLIENT", "BROKER", "CONTRACTOR"]


class Registration(Body):
    email: Email
    password: Annotated[
        Password,
        Field(
            description=f"At least 8 characters, with an uppercase letter, a lowercase letter and a number. {_LENGTH}"
        ),
    ]
    name: Label
    role: RegistrationRole
    """It decides the kind of organization that is created with the account."""
    phone: Annotated[Text, Field(max_length=20)] | None = None
    organization_name: Label | None = None
    """The name of the organization that is created; by default `company`, or else `name`."""
    company: Label | None = None
    """The company as the person's profile shows it."""
    title: Label | None = None
    language: Language | None = None
    """In which e-mails and notifications are written, the verification e-mail included. English by default."""
    terms_accepted: Flag | None = None
    """`true` records when the terms of use were accepted."""


class Credentials(Body):
    email: Annotated[Text, Field(max_length=254)]
    password: Password


class RefreshRequest(Body):
    """The token can also be sent in the header `X-Refresh-Token` or the cookie `refresh_token`."""

    refresh_token: Token | None = None
    """Valid once: the answer has a new one."""


class Verification(Body):
    token: Token
    """From the link in the e-mail."""


class ForgottenPassword(Body):
    email: Annotated[Text, Field(max_length=254)]


class NewPassword(Body):
    token: Token
    """From the link in the e-mail."""
    new_password: Annotated[
        Password,
        Field(description=f"The same rules as for registration, and none of the last five passwords. {_LENGTH}"),
    ]


class EnableSecondFactor(Body):
    code: Code


class DisableSecondFactor(Body):
    password: Password
    code: Annotated[Text, Field(max_length=50, description="Six digits from the app, or a recovery code.")]


class VerifySecondFactor(Body):
    """Either `code` or `recovery_code`."""

    mfa_token: Token
    """From the answer to the sign-in with the password."""
    code: Code | None = None
    """Six digits from the app, in place of `recovery_code`."""
    recovery_code: Annotated[Text, Field(min_length=1, max_length=50)] | None = None
    """Valid once, in place of `code`."""


class OAuthStart(Query):
    return_to: Annotated[
        str | None,
        Field(max_length=1000, description="A page of a registered frontend. It receives `code` or `error`."),
    ] = None
    role: Annotated[
        RegistrationRole,
        Field(description="The role of a new account. Existing accounts keep theirs."),
    ] = "CLIENT"


class OAuthAnswer(Query):
    """The provider's parameters; it may add others."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    state: Annotated[str, Field(max_length=500)] = ""
    """As sent to the provider."""
    code: Annotated[str, Field(max_length=4096)] | None = None
    """The provider's authorization code."""
    error: Annotated[str, Field(max_length=500)] | None = None
    """Why the provider refused, in place of `code`."""
    iss: Annotated[str, Field(max_length=500)] | None = None
    """The provider's issuer URL."""


class OAuthExchange(Body):
    code: Annotated[Text, Field(min_length=1, max_length=4096)]
    """From the address of the page that `return_to` named. Valid once."""


class User(View):
    """The caller, as returned by the authentication operations."""

    accounted: ClassVar[tuple[str, ...]] = ("organization_id", "role", "email_verified")

    id: UUID
    email: str
    name: str
    role: Role
    email_verified: bool
    organization_id: UUID


class Tokens(View):
    """A new pair of tokens. The refresh token is also set as a cookie that scripts cannot read."""

    token: str
    """The access token, for the header `Authorization: Bearer`."""
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds until the access token expires.")]


class SignedIn(Tokens):
    """The user is signed in, with a new pair of tokens. The refresh token is also set as a cookie."""

    outcome: Literal["SIGNED_IN"] = "SIGNED_IN"
    user: User


class SecondFactorAsked(View):
    """The password was right. Send this token with a code to `POST /auth/2fa/verify` to complete the sign-in."""

    outcome: Literal["SECOND_FACTOR_REQUIRED"] = "SECOND_FACTOR_REQUIRED"
    mfa_required: Literal[True]
    mfa_token: str


class Challenge(View):
    """A sign-in that waits for its second factor, or a session that was asked for it."""

    accounted: ClassVar[tuple[str, ...]] = ("user_id",)

    id: UUID
    user_id: UUID


class SecondFactor(View):
    """What an authenticator app needs. Shown only once. It takes effect when it is enabled with a code from the app."""

    otpauth_uri: str
    """What the QR code contains."""
    secret: str
    """In base32, to be typed where no QR code can be read."""
    qr_png: Annotated[str, Field(description="A PNG in base64.")]


class RecoveryCodes(View):
    """Each code signs the user in once without the app. They are shown only once; only their hashes are stored."""

    recovery_codes: list[str]


class Session(View):
    """One sign-in on one device: a family of refresh tokens of which only the newest is valid."""

    accounted: ClassVar[tuple[str, ...]] = ("user_id", "revoked_reason")

    id: UUID
    user_id: UUID
    revoked_reason: str | None = None


class Device(View):
    """An active session, with what helps the user recognize it: where it started, and when it was last refreshed."""

    id: UUID
    ip_address: str | None
    user_agent: str | None
    is_current: bool
    """Whether it is the session of this request."""
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class DeviceList(View):
    """A page of active sessions."""

    data: list[Device]
    meta: PageMeta


class Key(View):
    """The public key of our access tokens, as a JSON Web Key (RFC 7517, 7518)."""

    kty: Literal["RSA"]
    use: Literal["sig"]
    alg: Literal["RS256"]
    kid: str
    n: str
    e: str


class KeySet(View):
    """The public keys that access tokens are signed with, as a JSON Web Key Set."""

    keys: list[Key]


class Issuer(View):
    """Provider metadata, as defined by OpenID Connect Discovery 1.0 (section 3), as far as it applies."""

    issuer: str
    jwks_uri: str
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    claims_supported: list[str]


class Told(View):
    """A message for the user."""

    message: str


class PasswordReset(View):
    """A requested password reset; without a user if nobody has the address."""

    accounted: ClassVar[tuple[str, ...]] = ("user_id",)

    id: UUID
    user_id: UUID | None


class PasswordChange(View):
    """A user's password has changed; `id` is the user."""

    accounted: ClassVar[tuple[str, ...]] = ("sessions_ended",)

    id: UUID
    sessions_ended: int
