"""What can go wrong between us and a vendor, as one tree: whose fault, whether charged, what next.

::

    VendorError
     ├─ NotSentError         nothing left this machine: no name, no connection, no TLS
     ├─ MaybeSentError       it may have arrived: the answer was lost, late, broken or a 5xx
     ├─ KeyRefusedError      the key is missing, wrong, inactive, or lacks a right
     ├─ NoMoneyError         the account has too little; both figures are told
     ├─ BadRequestError      the vendor does not accept what was asked
     ├─ ConflictError        the idempotency key was used for another body
     ├─ JobUnknownError      the vendor does not know the job
     ├─ TooManyError         too many requests; ``retry_after`` seconds if the vendor said so
     ├─ VendorDownError      the vendor says it did not take it: try later
     ├─ UnreadableError      an answer that is not what is documented
     ├─ RefusedError         moderation: the prompt, a picture or the result was refused
     ├─ JobFailedError       the job ended without a clip
     └─ LinkError            the clip cannot be downloaded from the link given
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from pipeline.errors import StoryreelError

Charged = Literal["no", "refunded", "maybe", "yes"]
"""Whether money went: never, given back, nobody knows, or it did."""

Refusable = Literal["prompt", "picture", "result"]
"""What moderation can refuse: an input, or what the model made of them."""

Whose = Literal["yours", "ours", "vendor", "network"]
"""Whose fault it is: the user's (board, key, money), storyreel's, the vendor's, or the line's."""


class VendorError(StoryreelError):
    """Something went wrong with a vendor.

    ``charged`` and ``whose`` are facts about this very failure; ``retry_after`` is in seconds,
    where the vendor asked for it; ``request_id`` is the vendor's own, for its support.
    """

    code = "vendor"
    whose: ClassVar[Whose] = "vendor"
    charged: Charged = "no"

    def __init__(
        self,
        brief: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        charged: Charged | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(brief, details=details, hint=hint)
        self.charged = charged or type(self).charged
        self.retry_after = retry_after
        self.request_id = request_id


class NotSentError(VendorError):
    """Nothing left this machine; it is safe to send again."""

    code = "not-sent"
    whose = "network"


class MaybeSentError(VendorError):
    """The request may have been taken; it must not be sent again blindly."""

    code = "maybe-sent"
    whose = "network"
    charged = "maybe"


class KeyRefusedError(VendorError):
    """The key is missing or refused."""

    exit_code = 6
    code = "key-refused"
    whose = "yours"


class NoMoneyError(VendorError):
    """The account has too little money; ``required`` and ``available`` as the vendor told them."""

    exit_code = 5
    code = "no-money"
    whose = "yours"

    def __init__(
        self,
        who: str,
        *,
        required: Fraction | None = None,
        available: Fraction | None = None,
        unit: str = "credits",
        request_id: str | None = None,
    ) -> None:
        brief = f"The account at {who} has too little money."
        if required is not None and available is not None:
            asks, has = (f"{float(amount):g}" for amount in (required, available))
            brief = f"{who} asks {asks} {unit}, and the account has {has}."
        what = "money" if unit == "usd" else unit
        super().__init__(brief, hint=f"Add {what} to your account at {who}.", request_id=request_id)
        self.required = required
        self.available = available


class BadRequestError(VendorError):
    """The vendor does not accept what was asked; our check should have known."""

    code = "bad-request"
    whose = "ours"


class ConflictError(VendorError):
    """The idempotency key was used before, for another body."""

    code = "conflict"
    whose = "ours"
    charged = "maybe"


class JobUnknownError(VendorError):
    """The vendor does not know the job (any more)."""

    code = "job-unknown"
    charged = "maybe"


class TooManyError(VendorError):
    """Too many requests at once."""

    code = "too-many"
    whose = "ours"


class VendorDownError(VendorError):
    """The vendor says it is down and took nothing."""

    code = "vendor-down"


class UnreadableError(VendorError):
    """An answer that is not what is documented; ``charged`` depends on what was asked."""

    code = "unreadable"
    charged = "maybe"


class RefusedError(VendorError):
    """Moderation refused the prompt, a picture, or the result.

    ``refused`` says which, where the vendor does; ``picture`` its number as sent, from 1.
    """

    code = "refused"
    whose = "yours"
    charged = "refunded"

    def __init__(
        self,
        brief: str,
        *,
        refused: Refusable | None = None,
        picture: int | None = None,
        details: str | None = None,
        hint: str | None = None,
        charged: Charged | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(brief, details=details, hint=hint, charged=charged, request_id=request_id)
        self.refused = refused
        self.picture = picture


class JobFailedError(VendorError):
    """The job ended without a clip."""

    code = "job-failed"
    charged = "refunded"


class LinkError(VendorError):
    """The clip cannot be downloaded from the link; ``again`` says whether trying may help."""

    code = "link"
    charged = "yes"

    def __init__(
        self,
        brief: str,
        *,
        again: bool,
        details: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(brief, details=details, retry_after=retry_after)
        self.again = again
