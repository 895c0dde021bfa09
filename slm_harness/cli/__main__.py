"""``python -m slm_harness.cli``."""

import sys

from slm_harness.cli import main

sys.exit(main())
