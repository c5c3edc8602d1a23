"""Marks what an adapter says to people, so that it can be translated where it is shown."""


def gettext_noop(text: str) -> str:
    """The text itself. Adapters are plain Python; the name is the one that extractors look for."""
    return text
