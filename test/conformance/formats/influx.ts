import type { FormatHarness } from './suite.ts';

export const influxHarness: FormatHarness = {
  kind: 'influx',
  config: {},
  message: Buffer.from(
    'motor,phase=a rpm=900i,on=true 1700000000123456789\ntemperature value=21.5 1700000000123456789',
  ),
  means: [
    {
      values: { motor_rpm: 900, motor_on: true, temperature: 21.5 },
      deviceTime: { ms: 1_700_000_000_123, ns: 456_789 },
    },
  ],
  several: Buffer.from('flow value=1 1700000000000000001\nflow value=2 1700000001000000000'),
  hostile: [
    'm a=1 -9999999999999999999',
    'm a=1 9999999999999999999',
    'm a="',
    'm a="\\',
    'm,=,=,= =1',
    'm a=1,a=2 1',
    '\\',
    'm a=9999999999999999999999i 1',
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`${'m'.repeat(bytes / 2)} ${manyFields(bytes / 20)} 1`),
    (bytes) => Buffer.from(`m,${'t=1,'.repeat(bytes / 4)}u=1 a=1 1`),
    (bytes) => Buffer.from(`m ${manyFields(bytes / 10)} 1`),
    (bytes) => Buffer.from(`m a="${'\\"'.repeat(bytes / 2)}" 1`),
    (bytes) => Buffer.from(`m a="${'\n'.repeat(bytes)}" 1`),
    (bytes) => Buffer.from(`m a="${'\n# "'.repeat(bytes / 4)}`),
  ],
};

function manyFields(count: number): string {
  return Array.from({ length: count }, (_, i) => `f${i}=1`).join(',');
}
