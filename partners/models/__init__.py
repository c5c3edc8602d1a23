"""Who calls us from outside, with which keys, what was answered, and what they are told."""

from partners.models.answer import Answer
from partners.models.key import ApiKey
from partners.models.partner import Partner
from partners.models.webhook import Delivery, Event, Webhook, message_id

__all__ = ["Answer", "ApiKey", "Delivery", "Event", "Partner", "Webhook", "message_id"]
