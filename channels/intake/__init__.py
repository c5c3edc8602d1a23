"""Orders of a channel become orders of ours, once each however often they are told.

An order is told by its whole state as the channel shows it now, by webhook, poll or sweep. We count
and compare: what left there and not here is shipped here, what came back is put back, what was
changed is changed. So telling a state twice, or an old one after a new one, changes nothing.

What we can not take is parked: visible, with its reason, and tried again whenever it is told again.
"""

from channels.intake.bindings import Taken, kept
from channels.intake.polling import ask_again, is_recent, look_back, pull
from channels.intake.taking import take, take_many

__all__ = ["Taken", "ask_again", "is_recent", "kept", "look_back", "pull", "take", "take_many"]
