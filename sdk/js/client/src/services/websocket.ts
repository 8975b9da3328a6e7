/* SPDX-License-Identifier: MIT */
export {
  webSocketService,
  webSocketService as websocketService,
  webSocketService as default,
} from '../service';
export type { ServiceConfig, ServiceConnection, WebSocketService } from '../service';
