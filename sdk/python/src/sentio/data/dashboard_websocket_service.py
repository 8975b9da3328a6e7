# SPDX-License-Identifier: MIT
"""Where backends of Sentio 2.0 import `dashboard_ws_manager` from. The folders above have no
__init__.py and must not get one, so that a project's own `sentio` can lie beside them."""

from sentio_client.dashboard import DashboardManager, dashboard_ws_manager

__all__ = ["DashboardManager", "dashboard_ws_manager"]
