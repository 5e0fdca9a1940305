import { describe, expect, it } from 'vitest';
import { Assessment } from '../../../shared/contract/events.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { isPlainAssessment } from './assessor-policy.ts';

const validate = compileValidator(Assessment);
const accepts = (assessment: Assessment): boolean => {
  try {
    validate(assessment, (problem) => new Error(problem));
    return true;
  } catch {
    return false;
  }
};

const contribution = { sensor: 'vibration', share: 0.5, value: 4.2, unit: 'mm/s' };
const plain = {
  source: 'rules',
  model: null,
  remainingLife: null,
  health: 0.9,
  anomaly: 0.1,
  confidence: 0.5,
  contributions: [contribution, { ...contribution, value: null }],
} as const satisfies Assessment;

const odd = [undefined, null, 'x', '', 0, 1, -0.1, 1.1, Number.NaN, Infinity, {}, [], 'x'.repeat(65), 'a b'];
const withName = { name: 'self-learned', version: '1.0.0' };

describe('the quick check of assessments', () => {
  it('accepts what the rules and the self-learned baseline say', () => {
    expect(isPlainAssessment(plain)).toBe(true);
    expect(isPlainAssessment({ ...plain, detector: withName })).toBe(true);
    expect(isPlainAssessment({ ...plain, contributions: [{ sensor: 'a', share: 1, value: 0 }] })).toBe(true);
  });

  it('accepts nothing that the schema refuses, whatever one value is', () => {
    const changed = [
      ...Object.keys({ ...plain, detector: 0 }).flatMap((name) =>
        odd.map((value) => ({ ...plain, [name]: value })),
      ),
      ...Object.keys(contribution).flatMap((name) =>
        odd.map((value) => ({ ...plain, contributions: [contribution, { ...contribution, [name]: value }] })),
      ),
      ...Object.keys(withName).flatMap((name) =>
        odd.map((value) => ({ ...plain, detector: { ...withName, [name]: value } })),
      ),
      { ...plain, contributions: Array.from({ length: 9 }, () => contribution) },
    ] as unknown as Assessment[];
    const wrong = changed.filter((each) => isPlainAssessment(each) && !accepts(each));
    expect(wrong).toEqual([]);
    expect(changed.filter(isPlainAssessment).length).toBeGreaterThan(10);
  });
});
