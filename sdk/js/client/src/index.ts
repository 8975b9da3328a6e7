/* SPDX-License-Identifier: MIT */
export { addresses } from './addresses';
export { configure } from './defaults';
export {
  createWebSocketService,
  webSocketService,
  webSocketService as websocketService,
} from './service';
export type { ServiceConfig, ServiceConnection, WebSocketService } from './service';
export { IDLE } from './status';
export { subscribe } from './subscribe';
export type {
  Channel,
  ClientError,
  Defaults,
  Gap,
  Message,
  Phase,
  Status,
  SubscribeOptions,
  Subscription,
  TokenSource,
  WebSocketClass,
} from './types';
