# SPDX-License-Identifier: MIT
"""How long the tests wait for an event before they call it missing."""

import os

# Sanitizers and valgrind slow the daemon down; SENTIO_SLOW=10 stretches every wait.
SLOW = float(os.environ.get("SENTIO_SLOW", "1"))
TIMEOUT = 30.0 * SLOW
