/** The state of a machine beside closed alerts, at ends, and while its sensors send what they cannot have. */
import { expect, it } from 'vitest';
import { alert, evidence, life, min, nowMs, reasonOf, stateOf } from './evidence.testing.ts';
import { machineStateOf } from './machine-state.ts';

it('of a machine that sends only what its sensors cannot have is not silent, and that they do holds', () => {
  const faulty = { heardMs: nowMs - 60 * min, badValuesMs: nowMs - min };
  const reason =
    /^It sends only what its sensors cannot have, and no reading for 60 min; its last reading is from/;
  const bare = machineStateOf(evidence(faulty));
  expect(bare).toMatchObject({
    state: 'unknown',
    sinceMs: nowMs - 60 * min,
    reason: expect.stringMatching(reason),
  });
  expect(bare.unknown).toMatchObject({ isHeard: true, reason: bare.reason });
  expect(reasonOf({ ...faulty, alerts: [alert('sensor-fault')] })).toBe('because of sensor-fault');
  expect(reasonOf({ ...faulty, alerts: [alert('limit')] })).toMatch(/not known: It sends only what/);
  expect(stateOf({ ...faulty, badValuesMs: nowMs - 20 * min })).toBe('silent');
  expect(stateOf({ ...faulty, gateway: { name: 'gw2', silentSinceMs: nowMs - min } })).toBe('silent');
});

it('names who has closed an alert only beside what that was about', () => {
  const closed = { by: 'maria', reason: 'known', atMs: nowMs - 60 * min, goesOn: ['limits' as const] };
  const over = { estimate: life(0), limitsMet: 'warning' as const, closed };
  expect(reasonOf(over)).toMatch(/^By its model its remaining life is over .*; no alert is open$/);
  const worn = { estimate: life(20), policiesMet: 'warning' as const };
  const ofLife = { ...closed, goesOn: ['estimate' as const] };
  expect(reasonOf({ ...worn, closed: ofLife })).toBe(
    'Remaining life of 20 cycles is beyond what its type allows; its alert was closed at 09:00 CET by maria: known',
  );
});

it('speaks of the end where an alert has ended after the newest estimate, which says what was before', () => {
  const met = { limitsMet: 'critical' as const, beyond: 'vib 8 is beyond its alarm limit of 7.1 now' };
  const now = machineStateOf(evidence({ ...met, endedMs: nowMs - min }));
  expect(now).toMatchObject({ state: 'unknown', sinceMs: nowMs - min });
  expect(now.reason).toBe('Its alert has ended at 09:59:00 CET, and it has not been judged since');
  // An alert that a person has closed goes on, and estimates of before that say so.
  const closed = { by: 'maria', reason: 'known', atMs: nowMs - min, goesOn: ['limits' as const] };
  expect(stateOf({ ...met, endedMs: nowMs - min, closed })).toBe('critical');
  expect(stateOf({ endedMs: nowMs - min })).toBe('ok');
});
