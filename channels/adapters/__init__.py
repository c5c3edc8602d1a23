"""One folder per kind of channel, bearing the kind's name; `channels.registry` finds them."""
