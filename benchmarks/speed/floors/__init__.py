"""What nothing can be faster than: the same asking with no harness, and pytest with tests that do nothing."""
