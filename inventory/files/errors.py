"""Why a file as a whole is refused."""

from desk.errors import Refused


class Unreadable(Refused):
    """The file can not be read, is too large, or has other columns than it should."""

    code = "unreadable_file"
