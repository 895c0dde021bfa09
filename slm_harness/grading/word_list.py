"""Word lists, written as running text."""


def words_of(text: str) -> list[str]:
    """The words of ``text``, in order."""
    return text.split()
