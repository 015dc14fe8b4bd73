"""A question in the light of a conversation → what is meant."""
