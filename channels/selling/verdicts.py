"""Whether so many zeros would go out at once, or wait for a person: the floor that sends says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels.models import Channel

Judge = Callable[[Channel, int], str]
"""Why so many zeros of a channel would wait for approval; "" when they would not."""


class _Judges:
    verdict: Judge | None = None


def judge_by(verdict: Judge) -> None:
    """Whom to ask; called at start."""
    _Judges.verdict = verdict


def verdicts(zeros_at: Mapping[int, int]) -> list[str]:
    """What would be said about these zeros, by channel id."""
    if _Judges.verdict is None or not zeros_at:
        return []
    channels = Channel.objects.filter(pk__in=zeros_at)
    found = [_Judges.verdict(channel, zeros_at[channel.pk]) for channel in channels]
    return [each for each in found if each]
