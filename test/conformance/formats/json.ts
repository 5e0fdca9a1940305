import type { FormatHarness } from './suite.ts';

const deviceTime = { ms: 1_700_000_000_123, ns: 456_789 };

export const jsonHarness: FormatHarness = {
  kind: 'json',
  config: {},
  message: Buffer.from(
    '{"ts":1700000000123456789,"seq":7,"id":"n7","values":{"temperature":21.5,"motor":900}}',
  ),
  means: [
    {
      values: { temperature: 21.5, motor: 900 },
      deviceTime,
      seq: 7,
      id: 'n7',
    },
  ],
  several: Buffer.from('[{"bn":"urn:dev:1:","bt":1700000000,"n":"a","v":1},{"n":"b","t":5,"v":2}]'),
  hostile: [
    '[{"bn":"a:","n":"b","v":1e999,"bt":1e999}]',
    '[{"n":"a","v":1,"bt":-1e18}]',
    '[null,1,"a",[],{},{"ts":"soon"}]',
    '{"a":1}\n[]\nnull',
    `{"id":"${'i'.repeat(200)}","seq":"x","a":1}`,
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`[{"bn":"${'a:'.repeat(bytes / 2)}"},${senmlRecords(900)}]`),
    (bytes) => Buffer.from(`[${Array.from({ length: bytes / 8 }, () => '{"a":1}').join(',')}]`),
  ],
};

function senmlRecords(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"n":"${i}","v":1}`).join(',');
}
