"""A function whose process ends while its module is imported."""

import sys

sys.exit(5)
