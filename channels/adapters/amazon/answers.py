"""What became of each line: of a submission, and of a feed's report. Pure.

Accepted means queued at Amazon, not applied: it is confirmed by reading. Issue codes change from
month to month and are never branched on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from channels.adapters.amazon.failures import refused, shortened
from channels.adapters.amazon.translate import Item
from channels.contract import Answer, ChannelError, Code, Outcome, Payload

ATTRIBUTE = "fulfillment_availability"
FOREIGN = Answer(
    Outcome.REJECTED,
    Code.ITEM_NOT_WRITABLE,
    "Fulfilled by Amazon: its quantity is Amazon's own and never written",
)
"""Of a listing that Amazon ships."""


def unwritable(item: Item | None) -> Answer | None:
    """Why a listing must not be told a number; None where it may. A number for what Amazon ships
    would turn the offer over to the seller: his units in Amazon's warehouses would be stranded."""
    if item is None:
        return Answer(Outcome.REJECTED, Code.ITEM_MISSING, "Amazon has no listing with this SKU")
    if item.is_amazon_fulfilled:
        return FOREIGN
    return None


def of_submission(data: Payload, request_id: str) -> Answer | None:
    """Of the answer to a patch, whose HTTP status says nothing; None when it is unreadable."""
    status = data.get("status")
    marks = [f"submission {data.get('submissionId') or '-'}", f"request {request_id or '-'}"]
    if status == "ACCEPTED":
        return Answer(Outcome.ACCEPTED, message=", ".join(marks))
    if status == "INVALID":
        return refusal(data.get("issues") or (), marks)
    return None


def refusal(issues: Sequence[Payload], marks: Sequence[str] = ()) -> Answer:
    """A line that Amazon refuses, with its reasons."""
    errors = [each for each in issues if each.get("severity") == "ERROR"] or list(issues)
    named = {str(name) for each in errors for name in _attributes(each)}
    is_quantity = any(name.partition(".")[0] == ATTRIBUTE for name in named)
    said = "; ".join(str(each.get("message") or "") for each in errors)
    told = shortened(said or "Amazon did not say why")
    return Answer(
        Outcome.REJECTED,
        Code.QUANTITY_REFUSED if is_quantity else Code.ITEM_NOT_WRITABLE,
        f"{told} ({', '.join(marks)})" if marks else told,
    )


def of_report(report: Payload, numbers: Sequence[int], feed_id: str) -> dict[int, Answer]:
    """Answers by message number, for the messages that the feed held.

    Raises ChannelError (BATCH_REFUSED) when Amazon refused the file as a whole, or when the report
    does not add up to these messages: it may be another's then.
    """
    issues = [each for each in report.get("issues") or () if each.get("severity") == "ERROR"]
    of_the_file = [str(each.get("message")) for each in issues if "messageId" not in each]
    if of_the_file:
        raise failed(feed_id, shortened("; ".join(of_the_file)))
    by_number: dict[int, list[Payload]] = {}
    for each in issues:
        by_number.setdefault(each["messageId"], []).append(each)
    summary = report.get("summary") or {}
    is_whole = summary.get("messagesProcessed") == len(numbers) and by_number.keys() <= set(numbers)
    if not is_whole or summary.get("messagesInvalid", 0) > len(by_number):
        raise failed(feed_id, f"its report does not account for each of {len(numbers)} messages")
    mark = f"feed {feed_id}"
    accepted = Answer(Outcome.ACCEPTED, message=mark)
    return {
        number: refusal(by_number[number], [mark]) if number in by_number else accepted
        for number in numbers
    }


def failed(feed_id: str, why: str) -> ChannelError:
    """A feed of which nobody knows what was applied."""
    return refused(f"Amazon's feed {feed_id} failed: {why}", Code.BATCH_REFUSED)


def grouped(refusals: Iterable[tuple[int, Answer]]) -> list[list[object]]:
    """Refused lines by reason: `[code, message, [number, ...]]`, short however many there are."""
    groups: dict[Answer, list[int]] = {}
    for number, answer in refusals:
        groups.setdefault(answer, []).append(number)
    return [[str(answer.code), answer.message, found] for answer, found in groups.items()]


def ungrouped(groups: Iterable[Sequence[object]]) -> dict[int, Answer]:
    """The inverse of `grouped`."""
    found: dict[int, Answer] = {}
    for code, message, numbers in groups:
        answer = Answer(Outcome.REJECTED, Code(str(code)), str(message))
        found.update(dict.fromkeys(_integers(numbers), answer))
    return found


def _integers(numbers: object) -> list[int]:
    return [int(each) for each in numbers] if isinstance(numbers, list) else []


def _attributes(issue: Payload) -> Sequence[object]:
    """A submission names a list of attributes, a report one."""
    names = issue.get("attributeNames") or [issue.get("attributeName") or ""]
    return names if isinstance(names, list) else [names]
