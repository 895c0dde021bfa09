"""What is told of the machine under a server: its processor, where the server is here."""

import pytest

from slm_harness.engines.processor import is_here, processor


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("ollama.localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("192.168.1.7", False),
        ("gpu-box", False),
        ("localhost.example", False),
    ],
)
def test_only_this_very_machine_is_here(host: str, here: bool) -> None:
    """Another machine of the same net has another processor."""
    assert is_here(host) is here


def test_a_processor_has_a_name_in_one_line() -> None:
    """It stands in a line of a snapshot, so it has no line ends and no runs of blanks."""
    assert processor()
    assert processor() == " ".join(processor().split())
