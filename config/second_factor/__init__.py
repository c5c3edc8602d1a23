"""A second factor: a code from an app on the person's phone, or one of ten recovery codes."""
