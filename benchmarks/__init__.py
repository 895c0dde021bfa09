"""What the harness costs, as ratios against doing the same without it; never a timed test."""
