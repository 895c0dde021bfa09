"""The versions of the graders, apart from them: a snapshot is compared without any of them."""

from collections.abc import Mapping
from types import MappingProxyType

from slm_harness.task import Kind

VERSIONS: Mapping[str, int] = MappingProxyType({kind.value: 2 for kind in Kind})
"""Version of the grader of each kind; it goes up with every change that may turn a verdict."""
