import { expect, it } from 'vitest';
import { listenerAt, listenerProblems } from './listeners.ts';

const problemsOf = (...listeners: [host: string, port: number][]) =>
  listenerProblems(listeners.map(([host, port], i) => listenerAt(() => ({ host, port }), `l${i}`)));

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', 'localhost'],
  ['0.0.0.0', '127.0.0.1'],
  ['192.168.0.2', '0.0.0.0'],
  ['::', '0.0.0.0'],
  ['::', '127.0.0.1'],
  ['::1', '::'],
  ['gateway.lan', '0.0.0.0'],
])('%s and %s cannot share a port', (a, b) => {
  expect(problemsOf([a, 1883], [b, 1883])).toEqual([
    {
      code: 'CONFIG_INVALID',
      key: 'l1.port',
      otherKey: 'l0.port',
      message: 'l1.port: port 1883 is taken by l0.port; choose another',
    },
  ]);
});

it.each([
  ['127.0.0.1', '127.0.0.2'],
  ['127.0.0.1', '::1'],
  ['0.0.0.0', '::1'],
])('%s and %s can', (a, b) => {
  expect(problemsOf([a, 1883], [b, 1883])).toEqual([]);
});

it('neither other ports nor any free one collide', () => {
  expect(problemsOf(['::', 1], ['::', 2], ['::', 0], ['::', 0])).toEqual([]);
});

it('each further listener on a port is a problem', () => {
  expect(problemsOf(['::', 1], ['::1', 1], ['0.0.0.0', 1]).map(({ key }) => key)).toEqual([
    'l1.port',
    'l2.port',
  ]);
});
