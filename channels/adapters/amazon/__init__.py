"""Amazon: Selling Partner API."""
