/* SPDX-License-Identifier: MIT */
import { afterEach, expect, test, vi } from 'vitest';
import { addresses, configure } from '../src/index';

afterEach(() => {
  configure({ url: undefined as never, apiUrl: undefined as never });
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const at = (ws: string, api: string): object => ({ ws, api });

test('in Node it is the host of this machine', () => {
  expect(addresses()).toEqual(at('ws://localhost:8000', 'http://localhost:8000'));
});

test('a page from a file has no origin to go by', () => {
  vi.stubGlobal('location', { origin: 'null' });
  expect(addresses().ws).toBe('ws://localhost:8000');
});

test('the first that names an address wins: option, configure, __SENTIO__, VITE, REACT_APP, origin', () => {
  vi.stubGlobal('location', { origin: 'https://origin' });
  expect(addresses()).toEqual(at('wss://origin', 'https://origin'));
  vi.stubEnv('REACT_APP_WS_URL', 'ws://cra');
  expect(addresses().ws).toBe('ws://cra');
  vi.stubEnv('VITE_WS_URL', 'ws://vite');
  expect(addresses().ws).toBe('ws://vite');
  vi.stubGlobal('__SENTIO__', { wsUrl: 'ws://window' });
  expect(addresses().ws).toBe('ws://window');
  configure({ url: 'ws://configured' });
  expect(addresses().ws).toBe('ws://configured');
  expect(addresses({ url: 'ws://option' }).ws).toBe('ws://option');
});

test('each address follows from the other, from the one that names it', () => {
  expect(addresses({ apiUrl: 'https://x/api-root/' })).toEqual(
    at('wss://x/api-root', 'https://x/api-root'),
  );
  expect(addresses({ url: 'ws://x:1' })).toEqual(at('ws://x:1', 'http://x:1'));
  vi.stubEnv('REACT_APP_API_URL', 'http://api:1');
  expect(addresses()).toEqual(at('ws://api:1', 'http://api:1'));
  vi.stubEnv('REACT_APP_WS_URL', 'ws://ws:2');
  expect(addresses()).toEqual(at('ws://ws:2', 'http://api:1'));
  vi.stubGlobal('__SENTIO__', { apiUrl: 'http://window' });
  expect(addresses()).toEqual(at('ws://window', 'http://window'));
});

test('http is ws where sockets are meant', () => {
  expect(addresses({ url: 'http://x' }).ws).toBe('ws://x');
});
