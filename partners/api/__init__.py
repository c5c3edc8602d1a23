"""What partners are told of by themselves: webhooks."""

from partners.api.webhooks import Webhooks

RESOURCES = [("webhooks", Webhooks)]
