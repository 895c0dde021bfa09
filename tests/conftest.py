"""Fixtures that several test modules share."""

from pathlib import Path

import pytest

from tests.projects import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A user's project with three articles, in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project.make(folder)
