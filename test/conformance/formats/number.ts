import type { FormatHarness } from './suite.ts';

export const numberHarness: FormatHarness = {
  kind: 'number',
  config: {},
  sensor: 'flow',
  message: Buffer.from(' 21.5\n'),
  means: [{ values: { flow: 21.5 } }],
  hostile: ['1e400', '+', '.', '1e', '{"value":{}}', '{"value":[[]]}', '{"flow":{"value":{"x":1}}}'].map(
    (text) => Buffer.from(text),
  ),
  growing: [(bytes) => Buffer.from(`0.${'0'.repeat(bytes)}`)],
};
