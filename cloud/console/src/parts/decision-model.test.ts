import { describe, expect, it } from 'vitest';
import { dateTime } from '../format.ts';
import { decisionOf } from '../plant.testing.ts';
import { decisionModel } from './decision-model.ts';

describe('a decision', () => {
  it('is named in a line: when, what, about which machine, with which answer', () => {
    expect(decisionModel(decisionOf(), true)).toMatchObject({
      at: '2025-06-15T15:06:40.000Z',
      time: dateTime(1_750_000_000_000),
      title: 'Alert',
      subject: 'leeds/pump-1',
      answer: 'change open, severity critical',
      policy: 'model-alert 1.2.0',
      badge: null,
      cause: null,
    });
    expect(decisionModel(decisionOf(), false).subject).toBeNull();
  });

  it('is called what it is, where no alert changed', () => {
    const titleOf = (recorded: string) =>
      decisionModel(decisionOf({ answer: { health: 0.9, recorded } }), true).title;
    expect(['change', 'sample', 'mode'].map(titleOf)).toEqual(['Alert', 'Assessment', 'Change of judge']);
  });

  it('opens to all that went into it', () => {
    const { inputs, answers, origin } = decisionModel(
      decisionOf({ inputs: { p50: 18.123_45, unit: 'cycles', windows: [1, 2], flag: true, none: null } }),
      true,
    );
    expect(inputs.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'p50=18.12',
      'unit=cycles',
      'windows=[1,2]',
      'flag=true',
      'none=null',
    ]);
    expect(answers).toHaveLength(2);
    expect(origin).toBe('confidence 86 % · took 2.4 ms · gateway gw-1 · decision-alert-1');
  });

  it('has at most three plain parts of its answer in the line', () => {
    const answer = { nested: { a: 1 }, a: 1, b: 'two', c: false, d: 4 };
    expect(decisionModel(decisionOf({ answer }), true).answer).toBe('a 1, b two, c false');
  });

  it('by the fallback says why the active policy did not answer', () => {
    const fallback = decisionModel(decisionOf({ mode: 'fallback', fallbackCause: 'too slow' }), true);
    expect(fallback).toMatchObject({
      badge: 'Fallback',
      cause: 'The active policy did not answer: too slow',
    });
  });

  it('in a mode of a newer gateway is shown with it, and not as one that was acted upon', () => {
    const { badge, cause } = decisionModel(decisionOf({ mode: 'shadow', fallbackCause: 'x' }), true);
    expect(badge).toBe('Shadow');
    expect(cause).toContain('does not know whether it was acted upon');
  });
});
