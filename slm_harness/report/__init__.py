"""What a run tells: numbers first (``tally``), then their renderings."""
