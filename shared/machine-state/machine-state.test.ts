import { describe, expect, it } from 'vitest';
import { unsureText } from '../contract/alerts/alert-kinds.ts';
import { alert, evidence, life, min, nowMs, reasonOf, rules, stateOf } from './evidence.testing.ts';
import { type MachineEvidence, machineStates } from './evidence.ts';
import { machineStateOf } from './machine-state.ts';

const here = { name: 'gw2', silentSinceMs: null };

describe('OK', () => {
  it.each<[string, Partial<MachineEvidence>]>([
    ['a model', {}],
    ['its own past', { estimate: { ...rules, source: 'self-learned' } }],
    [
      'limits, while its normal is still learnt',
      { estimate: rules, hasLimits: true, learning: { rows: 1, needed: 60 } },
    ],
    ['rules, by a normal that is learnt', { estimate: rules }],
  ])('is the state of what is judged by %s', (_, over) => {
    expect(stateOf(over)).toBe('ok');
  });

  it('by limits says that none is met, since a value may be beyond one and not yet for long enough', () => {
    expect(reasonOf({ estimate: rules, hasLimits: true })).toBe('None of its limits is met');
  });

  const notOk: [string, Partial<MachineEvidence>][] = [
    ['it failed', { failedMs: nowMs - min }],
    ['an alert is open', { alerts: [alert('wear-out')] }],
    ['its remaining life is 0', { estimate: life(0) }],
    ['a limit is met', { estimate: rules, hasLimits: true, limitsMet: 'warning' }],
    ['an estimate reaches a policy', { estimate: life(20), policiesMet: 'warning' }],
    [
      'its sensors go together in another way',
      { estimate: rules, hasLimits: true, changedSinceMs: nowMs - min },
    ],
    ['it was not heard lately', { heardMs: nowMs - 16 * min }],
    ['its gateway is silent', { gateway: { name: 'gw2', silentSinceMs: nowMs - 8 * min } }],
    ['nothing can be stored', { trouble: 'the telemetry store does not answer' }],
    ['there is no estimate', { estimate: null }],
    ['nothing judges it', { estimate: rules, learning: { rows: 40, needed: 200 } }],
    [
      'it does something for the first time',
      { estimate: { ...rules, source: 'self-learned' as const }, learning: { rows: 4, needed: 200 } },
    ],
    ['an older gateway judges it by a type without limits', { estimate: rules, learning: undefined }],
    ['it has sent nothing', { lastReadingMs: null, heardMs: null, estimate: null }],
    ['it stands', { restSinceMs: nowMs - min }],
    ['its gateway is not connected', { gateway: { ...here, lostSinceMs: nowMs - min } }],
    ['its gateway is back, and it has not been heard', { gateway: { ...here, backSinceMs: nowMs } }],
    [
      'its gateway is back, and it has not been judged',
      { heardMs: nowMs, judgedMs: nowMs - 9 * min, gateway: { ...here, backSinceMs: nowMs - min } },
    ],
    [
      'its readings come and are not judged, as after a start',
      { unjudged: { sinceMs: nowMs - 2 * min, estimateMs: nowMs - 9 * min } },
    ],
    ['people work on it', { maintenance: { fromMs: nowMs - min, toMs: nowMs + min, by: 'maria' } }],
  ];
  it.each(notOk)('is never the state where %s', (_, over) => {
    const { state, reason } = machineStateOf(evidence(over));
    expect(state).not.toBe('ok');
    expect(reason.length).toBeGreaterThan(5);
  });

  it('is not the state where any two of these are true', () => {
    for (const [, a] of notOk) for (const [, b] of notOk) expect(stateOf({ ...a, ...b })).not.toBe('ok');
  });
});

describe('a state', () => {
  it('behind a gateway that is not connected has since when that is', () => {
    const gateway = { name: 'gw2', silentSinceMs: null, lostSinceMs: nowMs - 2 * min };
    const { state, reason, sinceMs } = machineStateOf(evidence({ gateway }));
    expect([state, sinceMs]).toEqual(['silent', nowMs - 2 * min]);
    expect(reason).toMatch(/^Its gateway gw2 is not connected since .*09:58.*, so nothing is known of it/);
  });

  it('by rules names the limit that is met, not the remaining life that rules make of it', () => {
    const over = { source: 'rules' as const, remainingLife: life(0).remainingLife, health: 0 };
    const both = { estimate: over, hasLimits: true, policiesMet: 'critical' as const };
    expect(reasonOf({ ...both, limitsMet: 'critical' })).toBe(
      'A sensor is beyond its alarm limit; no alert is open',
    );
    expect(reasonOf({ ...both, limitsMet: 'warning' })).toMatch(/^Remaining life of 0 /);
  });

  it('is unknown while readings are not judged, for longer than an estimate may take', () => {
    const unjudged = { sinceMs: nowMs - 2 * min, estimateMs: nowMs - 9 * min };
    const { state, reason, sinceMs } = machineStateOf(evidence({ unjudged }));
    expect([state, sinceMs]).toEqual(['unknown', nowMs - 2 * min]);
    expect(reason).toMatch(/^Its readings come, and none since 09:51.* has been judged, as while .* settles/);
    expect(stateOf({ unjudged: { ...unjudged, sinceMs: nowMs - min / 2 } })).toBe('ok');
  });

  it('is the most urgent one that is true', () => {
    const silent = { gateway: { name: 'gw2', silentSinceMs: nowMs - 8 * min } };
    const maintenance = { fromMs: nowMs - min, toMs: nowMs + min, by: 'maria' };
    const atRest = { restSinceMs: nowMs - 60 * min };
    expect(stateOf({ failedMs: 1, alerts: [alert('limit', 'critical')] })).toBe('failed');
    expect(stateOf({ ...silent, alerts: [alert('limit', 'critical')] })).toBe('critical');
    expect(stateOf({ alerts: [alert('silent'), alert('limit')] })).toBe('warning');
    expect(stateOf({ maintenance, failedMs: 1 })).toBe('failed');
    expect(stateOf({ maintenance, ...silent, alerts: [alert('limit', 'critical')] })).toBe('maintenance');
    expect(stateOf({ ...atRest, limitsMet: 'critical' })).toBe('stopped');
    expect(stateOf({ ...atRest, alerts: [alert('limit')] })).toBe('warning');
    expect(stateOf({ ...atRest, ...silent })).toBe('silent');
    expect(stateOf({ ...silent, limitsMet: 'critical' })).toBe('silent');
    expect(stateOf({ limitsMet: 'warning', policiesMet: 'critical', estimate: life(3) })).toBe('critical');
    expect(machineStates).toContain(stateOf({}));
  });

  it('says why and since when, in local time', () => {
    expect(
      machineStateOf(evidence({ gateway: { name: 'gw2', silentSinceMs: nowMs - 68 * min } })),
    ).toMatchObject({
      state: 'silent',
      reason:
        'Its gateway gw2 is silent since 08:52 CET, so nothing is known of it; its last reading is from 09:59:59 CET',
      sinceMs: nowMs - 68 * min,
    });
    expect(reasonOf({ estimate: rules, learning: { rows: 40, needed: 200 } })).toBe(
      'Nothing can judge it yet: no limits, no model, and what is normal is still being learnt (40 of 200 readings)',
    );
    expect(reasonOf({ estimate: life(0) })).toBe(
      'By its model its remaining life is over (0 cycles); no alert is open',
    );
    expect(reasonOf({ estimate: life(5), policiesMet: 'warning' })).toBe(
      'Remaining life of 5 cycles is beyond what its type allows; no alert is open',
    );
    const beyond = 'vibration 3.5 mm/s is beyond its warning limit of 2.8 mm/s now';
    expect(reasonOf({ limitsMet: 'warning', beyond })).toBe(`${beyond}; no alert is open`);
    const closed = { by: 'maria', reason: 'known', atMs: nowMs - 60 * min, goesOn: ['limits' as const] };
    expect(reasonOf({ limitsMet: 'warning', beyond, closed })).toBe(
      `${beyond}; its alert was closed at 09:00 CET by maria: known`,
    );
    expect(machineStateOf(evidence({ alerts: [alert('silent')] }))).toMatchObject({
      state: 'silent',
      reason: 'because of silent',
    });
  });

  it('says until when people work on a machine, who and why, and what was open before', () => {
    const maintenance = {
      fromMs: nowMs - 60 * min,
      toMs: nowMs + 4 * 60 * min,
      by: 'maria',
      note: 'new bearing',
    };
    expect(machineStateOf(evidence({ maintenance }))).toMatchObject({
      state: 'maintenance',
      reason: 'In maintenance until 14:00 CET (maria: new bearing)',
      sinceMs: maintenance.fromMs,
    });
    expect(reasonOf({ maintenance, alerts: [alert('limit')] })).toBe(
      'In maintenance until 14:00 CET (maria: new bearing). Open before: because of limit',
    );
    expect(reasonOf({ failedMs: nowMs - 60 * min, maintenance })).toBe(
      'It was reported as failed at 09:00 CET. In maintenance until 14:00 CET (maria: new bearing)',
    );
    expect(reasonOf({ restSinceMs: nowMs - 60 * min })).toBe(
      'It stands since 09:00 CET, and is not judged at rest',
    );
  });

  it('says of an open alert that nobody knows whether it still holds, once nothing is heard', () => {
    expect(reasonOf({ alerts: [alert('limit')], heardMs: nowMs - 20 * min })).toBe(
      'because of limit. Whether this still holds is not known: No reading of the last 20 min has come; its last reading is from 09:59:59 CET',
    );
  });

  it('of a silent machine names the alert, whose words may say only that nothing is heard, and says that it is silent', () => {
    const stuck = { ...alert('sensor-stuck'), reasons: [unsureText('09:40 UTC')] };
    const found = machineStateOf(evidence({ alerts: [stuck], heardMs: nowMs - 20 * min }));
    expect(found.reason).toBe(
      'Sensor stuck at one value. Whether this still holds is not known: No reading of the last 20 min has come; its last reading is from 09:59:59 CET',
    );
    expect([found.state, found.unknown?.isSilent]).toEqual(['warning', true]);
    expect(machineStateOf(evidence({ restSinceMs: nowMs - min })).unknown).not.toHaveProperty('isSilent');
  });

  it('knows since when nothing is known of what alerts say', () => {
    const unknownOf = (over: Partial<MachineEvidence>) =>
      machineStateOf(evidence({ alerts: [alert('limit')], ...over })).unknown;
    expect([unknownOf({}), unknownOf({ failedMs: 1, heardMs: nowMs - 60 * min })]).toEqual([null, null]);
    expect(unknownOf({ heardMs: nowMs - 20 * min })).toMatchObject({ sinceMs: nowMs - 20 * min });
    expect(unknownOf({ restSinceMs: nowMs - 60 * min })).toEqual({
      sinceMs: nowMs - 60 * min,
      reason: 'It stands since 09:00 CET, and is not judged at rest',
    });
    const gateway = { ...here, backSinceMs: nowMs - min };
    expect(unknownOf({ gateway, heardMs: nowMs, judgedMs: nowMs - 9 * min })).toMatchObject({
      reason: 'It has not been judged since its gateway gw2 is back (09:59:00 CET)',
    });
  });

  it('does not call a store that is down a missing estimate', () => {
    const trouble = 'the telemetry store does not answer';
    expect(machineStateOf(evidence({ trouble, estimate: null }))).toMatchObject({
      state: 'unknown',
      reason: 'The telemetry store does not answer; its last reading is from 09:59:59 CET',
    });
  });

  it('after its gateway was lost needs evidence of its own, and says since when', () => {
    const backSinceMs = nowMs - 10 * min;
    const gateway = { ...here, backSinceMs };
    const unheard = machineStateOf(evidence({ gateway, heardMs: backSinceMs - min }));
    expect(unheard).toMatchObject({
      state: 'unknown',
      reason:
        'No reading has come since its gateway gw2 is back (09:50 CET); its last reading is from 09:59:59 CET',
      sinceMs: backSinceMs,
    });
    const unjudged = evidence({ gateway, heardMs: nowMs, judgedMs: backSinceMs - 1, limitsMet: 'critical' });
    expect(machineStateOf(unjudged).reason).toBe(
      'It has not been judged since its gateway gw2 is back (09:50 CET)',
    );
    const judged = { gateway, heardMs: nowMs, judgedMs: nowMs, judgedSinceMs: backSinceMs + min };
    expect(machineStateOf(evidence(judged))).toMatchObject({ state: 'ok', sinceMs: backSinceMs + min });
    expect(machineStateOf(evidence({ ...judged, calmSinceMs: nowMs - min })).sinceMs).toBe(nowMs - min);
    expect(machineStateOf(evidence({ ...judged, limitsMet: 'warning' }))).toMatchObject({
      state: 'warning',
      sinceMs: backSinceMs + min,
    });
  });

  it('while it settles after a start is unknown, and says until when', () => {
    const settling = { sinceMs: nowMs - min, toMs: nowMs + min };
    const found = machineStateOf(evidence({ settling, alerts: [alert('limit')] }));
    expect(found).toMatchObject({ state: 'warning', unknown: { sinceMs: nowMs - min } });
    expect(machineStateOf(evidence({ settling }))).toMatchObject({
      state: 'unknown',
      reason: 'It settles after a start or maintenance, and is not judged until 10:01:00 CET',
    });
  });

  it('writes no time where its sentence has none', () => {
    const zone = 'No/Such_Zone';
    expect(machineStateOf(evidence({ zone })).state).toBe('ok');
    expect(() => machineStateOf(evidence({ zone, estimate: null }))).toThrow(RangeError);
  });
});

describe('a machine that was renamed', () => {
  it('is unknown under its new name until something comes under that, and its alerts are not known to hold', () => {
    const renamed = { from: 'hall-1/pump-3', atMs: nowMs - 10 * min };
    expect(machineStateOf(evidence({ renamed }))).toMatchObject({
      state: 'unknown',
      sinceMs: renamed.atMs,
      reason: expect.stringMatching(
        /^It was renamed from hall-1\/pump-3 at .*, and nothing has come under its new name/,
      ),
    });
    const alerted = machineStateOf(evidence({ renamed, alerts: [alert('limit')] }));
    expect([alerted.state, alerted.reason]).toEqual(['warning', expect.stringContaining('not known')]);
  });

  it('and still sends under its old name says so in every state', () => {
    const renamedTo = 'hall-2/pump-3';
    expect(reasonOf({ renamedTo })).toContain(
      'It was renamed to hall-2/pump-3, and its device still sends under',
    );
    expect(reasonOf({ renamedTo, alerts: [alert('limit')] })).toContain('rename it once more');
  });
});
