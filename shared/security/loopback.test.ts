import { expect, it } from 'vitest';
import { hostName, isLoopback } from './loopback.ts';

it.each(['localhost', 'LocalHost', '::1', '127.0.0.1', '127.8.9.10', '::ffff:127.0.0.1'])(
  '%s is this computer',
  (host) => expect(isLoopback(host)).toBe(true),
);

it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', '127.1', ''])(
  '%j may be another computer',
  (host) => expect(isLoopback(host)).toBe(false),
);

it.each([
  ['localhost:8080', 'localhost'],
  ['[::1]:8080', '::1'],
  ['[::1]', '::1'],
  ['127.0.0.1', '127.0.0.1'],
])('the host of %s is %s', (text, host) => expect(hostName(text)).toBe(host));
