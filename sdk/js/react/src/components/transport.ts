/* SPDX-License-Identifier: MIT */
import type { HookOptions } from '../types';

/** How a component gets its data. */
export interface TransportProps<Options extends HookOptions = HookOptions> {
  /** false: REST is polled, every 30 s unless `options.pollInterval` says otherwise. */
  useWebSocket?: boolean;
  /** Options of the component's hook. */
  options?: Options;
}

/** The options with the prop `useWebSocket` worked in. */
export function transport<Options extends HookOptions>({
  useWebSocket = true,
  options,
}: TransportProps<Options>): Options {
  const given = options ?? ({} as Options);
  return useWebSocket ? given : { ...given, transport: 'rest' };
}
