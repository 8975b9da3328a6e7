# SPDX-License-Identifier: MIT
"""The version of this package, which is that of the host it was released with."""

VERSION = "0.1.0"
