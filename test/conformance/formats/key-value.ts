import type { FormatHarness } from './suite.ts';

export const keyValueHarness: FormatHarness = {
  kind: 'key-value',
  config: {},
  message: Buffer.from('temperature=21.5, humidity:40;ts=1700000000123 seq=9'),
  means: [
    {
      values: { temperature: 21.5, humidity: 40, ts: 1_700_000_000_123, seq: 9 },
      deviceTime: { ms: 1_700_000_000_123, ns: 0 },
      seq: 9,
    },
  ],
  hostile: ['a==1', 'a=1=2', '=1', 'a=', 'ts=99999-99-99', 'seq=Infinity id=', 'a=1e999'].map((text) =>
    Buffer.from(text),
  ),
  growing: [
    (bytes) => Buffer.from('a='.repeat(bytes / 2)),
    (bytes) => Buffer.from(Array.from({ length: bytes / 10 }, (_, i) => `n${i}=1`).join(' ')),
  ],
};
