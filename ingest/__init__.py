"""From saved pages to an index: page → record → passage → index."""
