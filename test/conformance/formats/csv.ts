import type { FormatHarness } from './suite.ts';

export const csvHarness: FormatHarness = {
  kind: 'csv',
  config: { columns: ['ts', 'temperature', '-', 'state'] },
  message: Buffer.from('1700000000; 21.5;x;on\r\n'),
  means: [{ values: { temperature: 21.5, state: 'on' }, deviceTime: { ms: 1_700_000_000_000, ns: 0 } }],
  hostile: [
    '1e999,1e999,1,1',
    ',,,',
    '2024-13-99,1,1,1',
    '1,2,3,4\n5,6,7,8',
    '1;1.000;x;on',
    '1;1,5;x;0x10\0',
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`1,2,3,${'4'.repeat(bytes)}`),
    (bytes) => Buffer.from(`1; 2;x${' '.repeat(bytes)}x;on`),
    (bytes) => Buffer.from('1;\t'.repeat(bytes / 3)),
    (bytes) => Buffer.from(`1,${'9'.repeat(bytes)}x,3,4`),
    (bytes) => Buffer.from(`1,${'9'.repeat(bytes / 2)}.${'9'.repeat(bytes / 2)}e,3,4`),
  ],
};
