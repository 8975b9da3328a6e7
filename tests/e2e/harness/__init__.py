# SPDX-License-Identifier: MIT
"""Starts the daemon as an operator would and talks to it as clients and publishers do."""
