"""What we stored about channels in English: why a call failed, why a number was not taken."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from channels import reasons
from channels.admin.anew import Form, Phrasebook


@cache
def _codes() -> dict[str, str]:
    """The code of each reason, by its English label as it stands in a sentence."""
    with override(reasons.ENGLISH):
        labels = {str(each.label): str(code) for code, each in reasons.REASONS.items()}
    return labels | {lower(label): code for label, code in labels.items()}


def lower(words: str) -> str:
    """As it goes on within a sentence."""
    return words[:1].lower() + words[1:].rstrip(".")


def reason(words: str) -> str:
    """A reason's label in the reader's language; what is none, as it is."""
    code = _codes().get(words)
    if code is None:
        return words
    label = reasons.label(code)
    return lower(label) if words[:1].islower() else label


class Joined:
    """A reason's label and its advice, as a sentence has them: translated as often as read."""

    def __init__(self, code: str, *, is_lower: bool) -> None:
        self._code, self._is_lower = code, is_lower

    def __str__(self) -> str:
        advice = reasons.advice(self._code)
        return f"{reasons.label(self._code)}: {lower(advice) if self._is_lower else advice}"


ADVICE = [
    *(Form(each.advice) for each in reasons.REASONS.values()),
    *(Form(Joined(code, is_lower=True)) for code in reasons.REASONS),
    *(Form(Joined(code, is_lower=False)) for code in reasons.REASONS),
]
"""What is to be done, by itself or after what it is about."""

ERROR_FORMS = [
    Form(text)
    for text in (
        _("The certificate of %(host)s is not valid"),
        _("The address or credentials for %(host)s can not be sent (%(name)s)"),
        _("%(host)s can not be reached (%(name)s)"),
        _("%(host)s took the request but gave no whole answer (%(name)s)"),
        _("%(host)s redirects to another address; correct the address"),
        _("%(host)s is not a host of this channel"),
        _("The answer is larger than %(number)d bytes"),
        _("No kind of channel is called '%(kind)s'; installed: %(kinds)s"),
        _("%(channel)s is switched off."),
        _("%(channel)s was switched off."),
        _("Not found there"),
        _("It bears no usable id or number."),
    )
]
"""Why a call failed, in words of ours; a channel's own are none of them."""

ERRORS = Phrasebook(ERROR_FORMS)
