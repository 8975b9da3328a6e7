# SPDX-License-Identifier: MIT
"""Rounds of `kill -9` under load: what was answered 200 reaches its user, once and in order.

By hand, from tests/e2e: python3 -m chaos --rounds 200
"""
