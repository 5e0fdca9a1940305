import type { FormatHarness } from './suite.ts';

const fields = [
  { path: 'sensors.{name}.v', sensor: '{name}', unitFrom: 'unit', as: '°C' },
  { path: 'state', states: { on: 1, off: 0 } },
  { path: 'list.*', sensor: 'item' },
];

export const mappedHarness: FormatHarness = {
  kind: 'mapped',
  config: { mapping: { zone: 'Europe/Berlin', time: { path: 'at' }, fields, leave: ['about'] } },
  message: Buffer.from(
    '{"at":"2023-07-01 12:00:00","unit":"F","sensors":{"a":{"v":50},"b":{"v":"21.5 C"}},"state":"ON","about":{"x":1},"more":2}',
  ),
  means: [
    {
      ...{ site: 'lab', machine: 'bench-1', deviceTime: { ms: 1_688_205_600_000, ns: 0 } },
      values: { a: 10, b: 21.5, state: 1, unit: 'F', more: 2 },
    },
  ],
  hostile: [
    '{"sensors":{"a":{"v":{"v":1}}}}',
    '{"sensors":[{"v":1},{"v":2}],"at":0}',
    '{"at":"2023-10-29 02:30:00","sensors":{"__proto__":{"v":1}}}',
    '{"at":1e400,"sensors":1}',
    '{"state":["on"],"list":[1,1,2]}',
    '{"sensors":{"a":{"v":"1e999 C"},"":{"v":1}}}',
    'unavailable',
    '"on"',
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`{"list":[${'1,'.repeat(bytes / 2)}1]}`),
    (bytes) => Buffer.from(`{"sensors":{"a":{"v":"${'9'.repeat(bytes)}"}}}`),
    (bytes) => Buffer.from(`{"at":"${'2'.repeat(bytes)}"}`),
    (bytes) =>
      Buffer.from(`{"sensors":{${Array.from({ length: bytes / 16 }, (_, i) => `"${i}":{"v":1}`).join()}}}`),
    (bytes) => Buffer.from(`{"about":${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}}`),
    (bytes) => Buffer.from(`{"state":"${'on '.repeat(bytes / 3)}"}`),
  ],
};
