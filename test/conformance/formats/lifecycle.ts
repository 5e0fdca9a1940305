import { expect } from 'vitest';
import type { FormatHarness } from './suite.ts';

export const lifecycleHarness: FormatHarness = {
  kind: 'lifecycle',
  config: {},
  message: Buffer.from('{"state":"replaced","note":"new bearings","id":"order-7","ts":1700000000}'),
  means: [
    {
      lifecycle: {
        state: 'replaced',
        note: 'new bearings',
        time: { ms: 1_700_000_000_000, ns: 0 },
        identity: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown as string,
      },
    },
  ],
  hostile: [
    '{"state":"failed","ts":-1}',
    '{"state":"failed","ts":1e300}',
    '{"state":["failed"]}',
    `{"state":"failed","note":"${'n'.repeat(501)}"}`,
    '{"state":"failed","ts":""}',
    '{"state":"maintenance","until":"tomorrow"}',
    '{"state":"maintenance","from":-1}',
    '{"state":"maintenance","duration":"2h"}',
    `{"state":"maintenance-ended","by":"${'n'.repeat(101)}"}`,
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`{"state":"failed","note":"${'n'.repeat(bytes)}"}`),
    (bytes) => Buffer.from(`{"state":"failed","ts":"${'9'.repeat(bytes)}"}`),
  ],
};

export const availabilityHarness: FormatHarness = {
  kind: 'availability',
  config: {},
  message: Buffer.from('{"state":"offline"}'),
  means: [{ availability: { isOnline: false } }],
  hostile: [
    '{"state":["offline"]}',
    '{"state":{"state":"offline"}}',
    '{"__proto__":"offline"}',
    'offlin',
  ].map((text) => Buffer.from(text)),
  growing: [
    (bytes) => Buffer.from(`{"state":"${'o'.repeat(bytes)}"}`),
    (bytes) => Buffer.from(' '.repeat(bytes)),
  ],
};
