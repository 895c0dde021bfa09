"""placeholder replaced below"""

from collections.abc import Mapping


def read(prompt: str) -> Mapping[str, object]:
    return {}
