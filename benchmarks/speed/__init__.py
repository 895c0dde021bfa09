"""What the harness costs beside the asking itself: ``python -m benchmarks.speed`` (docs/performance.md)."""
