"""What happens here that partners may want to hear of: recorded in the transaction that makes it
so, for those who listen and may see it. partners.telling brings it to them."""

from partners.events.recording import News, record, wake_by
from partners.events.topics import PING, TOPICS, Topic, judge_by, scope_of

__all__ = ["PING", "TOPICS", "News", "Topic", "judge_by", "record", "scope_of", "wake_by"]
