"""``python -m lstm_core``: the command line."""

import sys

from lstm_core.cli import main

sys.exit(main())
