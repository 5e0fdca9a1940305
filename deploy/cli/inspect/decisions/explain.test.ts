import { expect, it } from 'vitest';
import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import { explanationOf } from './explain.ts';

const record: StoredDecision = {
  ...{ at: '2026-11-30T12:00:00.000Z', gateway: 'hall', decisionId: 'd', decision: 'alert' },
  ...{ subject: 'plant/pump-2', inputs: {}, answer: { recorded: 'sample' }, reasons: [], confidence: 0.5 },
  ...{ policy: { name: 'rules', version: '1.1.0' }, mode: 'active', latencyMs: 1 },
};
const how = (more: Partial<StoredDecision>) =>
  explanationOf({ ...record, ...more }).find((sentence) => /^It (was|is an answer)/.test(sentence));

it('says who wants it, why and until when, where a person has decided what decides', () => {
  const override = { by: 'maria', why: 'the model is odd', document: 'overrides/rules:type:pump 7' };
  expect(how({ mode: 'override', override })).toBe(
    'It was decided by rules 1.1.0, because maria wants it until it is removed: the model is odd (overrides/rules:type:pump 7).',
  );
  const until = '2026-12-01T00:00:00.000Z';
  expect(how({ mode: 'override', override: { ...override, until } })).toContain(`wants it until ${until}: `);
});

it('says that nothing followed from what a candidate says, and concludes nothing of a mode that it does not know', () => {
  expect(how({ mode: 'shadow' })).toBe(
    'It is an answer of rules 1.1.0, which only runs beside; nothing followed from it.',
  );
  expect(how({ mode: 'later' })).toMatch(/does not know whether it was acted upon/);
  expect(how({})).toBe('It was decided by rules 1.1.0, as it is meant to be.');
});
