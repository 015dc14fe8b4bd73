"""A question → ranked evidence."""
