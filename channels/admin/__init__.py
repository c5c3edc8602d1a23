"""The back office of channels. Importing this registers every page."""

from channels.admin import channel, communicated, listing, location, product, publication

__all__ = ["channel", "communicated", "listing", "location", "product", "publication"]
