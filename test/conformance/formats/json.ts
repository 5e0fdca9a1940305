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
    '[{"NodeId":"ns=2;s=A","DisplayName":"Water","Value":37.1},{"NodeId":"ns=2;s=B","DisplayName":"Air","Value":20.9}]',
    '[{"name":"m","tags":{"slave":"1"},"fields":{"volts":230}},{"name":"m","tags":{"slave":"2"},"fields":{"volts":400}}]',
    '{"MessageId":"13","Messages":[{"DataSetWriterId":1,"Payload":{"Temp":{"Value":21.4},"Press":{"Value":3.1}}}]}',
    '{"temperature":-127,"flow":"unavailable","volts":1e-400,"total":9007199254740993}',
    '{"a":1,"b":2,"new":1e400}',
    '{"Air Temp":5.2,"Motor/Speed":3,"a_b":1,"a":{"b":2},"box":{"Air Temp":5.2,"Time":"2026-02-30"}}',
    '{"Time":"2026-11-28T08:00:00","ENERGY":{"Power":7},"a":{"ts":1},"b":{"ts":2}}',
    '[{"bn":"urn:dev:ow:1:","bver":11,"n":"a","u":"V","v":1,"s":2,"x_":1},{"u":"lon","v":2,"t":-5}]',
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`[{"bn":"${'a:'.repeat(bytes / 2)}"},${senmlRecords(900)}]`),
    (bytes) =>
      Buffer.from(
        `{"a":[${Array.from({ length: bytes / 30 }, (_, i) => `{"name":"n${i}","value":1}`).join(',')}]}`,
      ),
    (bytes) =>
      Buffer.from(
        `[${Array.from({ length: bytes / 30 }, (_, i) => `{"node":"n${i}","v${i}":1}`).join(',')}]`,
      ),
    (bytes) =>
      Buffer.from(
        `{"a b":1${Array.from({ length: bytes / 24 }, (_, i) => `,"g${i}":{"Time":1,"b c":1}`).join('')}}`,
      ),
    (bytes) => Buffer.from(`[${Array.from({ length: bytes / 8 }, () => '{"a":1}').join(',')}]`),
  ],
};

function senmlRecords(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"n":"${i}","v":1}`).join(',');
}
