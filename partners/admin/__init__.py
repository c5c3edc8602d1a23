"""The back office of partners. Importing this registers every page."""

from partners.admin import delivery, key, partner, webhook

__all__ = ["delivery", "key", "partner", "webhook"]
