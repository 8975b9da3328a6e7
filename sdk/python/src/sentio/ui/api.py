# SPDX-License-Identifier: MIT
"""`python -m sentio.ui.api` starts the host."""

from sentio_client.daemon import main

if __name__ == "__main__":
    main()
