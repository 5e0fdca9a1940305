import { describe, expect, it } from 'vitest';
import type { Prediction } from '../contract/events.ts';
import { dateTimeText } from '../words/times.ts';
import { alertTextOf } from './alert-text.ts';
import { conditionEvent } from './condition.testing.ts';
import { notificationOf, prediction, predictionEvent } from './prediction.testing.ts';

/** As it is written for people where the test runs. */
const local = (time: string) => dateTimeText(Date.parse(time));

it('states failure mode, machine, remaining life, reasons and origin in a technician’s words', () => {
  const { headline, body } = alertTextOf(
    notificationOf(predictionEvent('opened', 1)),
    'https://harbinger.example/',
  );
  expect(headline).toBe('Warning: bearing wear on leeds/pump-1');
  expect(body).toBe(`Warning: bearing wear on leeds/pump-1

Machine:         pump-1 (pump), site leeds, gateway north
Remaining life:  about 20 cycles (8 in 10 times between 12.3 and 31)
What to do:      Plan its maintenance within the remaining life, and order what it needs.
How sure:        90 %, by model pump-cnn, version 1.2.0
Health:          31 %
Time:            ${local('2026-03-01T10:01:00Z')}

Why:
  - Vibration has doubled within 40 cycles.

Sensors that weigh most:
  - vibration: 70 %, now 7.12
  - temperature: 30 %

More: https://harbinger.example/

Alert p-1, decision d-1
`);
});

it('states if rules or the baseline judged, if remaining life is unknown, and if the alert is resolved', () => {
  const byRules = { source: 'rules', model: null, remainingLife: null, severity: 'critical' } as const;
  const opened = alertTextOf(notificationOf(predictionEvent('opened', 1, byRules)));
  expect(opened.body).toContain('CRITICAL: bearing wear on');
  expect(opened.body).toContain('Remaining life:  unknown');
  expect(opened.body).toContain('How sure:        90 %, by rules of the machine type (no model)');
  const unusual = predictionEvent('opened', 1, { ...byRules, kind: 'unusual', health: 1 });
  const { body } = alertTextOf(notificationOf(unusual));
  expect(body).toContain('How sure:        90 %, by its own past, by what is usual for it (no model)');
  expect(body).not.toContain('Health:');
  const detector = { name: 'self-learned', version: '1.0.0' };
  const learnt = alertTextOf(notificationOf(predictionEvent('opened', 1, { ...byRules, detector })));
  expect(learnt.body).toContain('How sure:        90 %, by the learned baseline of this machine (no model)');
  const resolved = alertTextOf(notificationOf(predictionEvent('resolved', 9, { ...prediction }), 'resolved'));
  expect(resolved.headline).toBe('Resolved: bearing wear on leeds/pump-1');
  expect(resolved.body).not.toContain('Remaining life');
});

it.each([
  ['failed', 'FAILED: bearing wear on leeds/pump-1'],
  ['replaced', 'Replaced: bearing wear on leeds/pump-1'],
  ['closed', 'Closed: bearing wear on leeds/pump-1'],
  ['an outcome of a later version', 'Resolved: bearing wear on leeds/pump-1'],
])('calls the end of an alert by its outcome: %s', (outcome, headline) => {
  const event = predictionEvent('resolved', 9, { outcome });
  expect(alertTextOf(notificationOf(event, 'resolved')).headline).toBe(headline);
});

it.each([
  ['limit', 'Warning: sensor beyond its limit on leeds/pump-1'],
  ['silent', 'Warning: no signal on leeds/pump-1'],
  ['sensor-fault', 'Warning: faulty probe on leeds/pump-1'],
  ['beyond-range', 'Warning: value beyond what the probe can measure on leeds/pump-1'],
])(
  'says of what is measured (%s) what it is, and no figure that only an estimate has',
  (failureMode, headline) => {
    const byRules = { source: 'rules' as const, model: null, failureMode, reasons: ['It is so.'] };
    const text = alertTextOf(notificationOf(predictionEvent('opened', 1, byRules)));
    expect(text.headline).toBe(headline);
    expect(text.body).toContain('  - It is so.');
    expect(text.body).toContain('How sure:        it is measured, not estimated');
    for (const figure of ['Remaining life', 'Health', '90 %', 'weigh most'])
      expect(text.body).not.toContain(figure);
  },
);

it('gives the remaining life of a model also beside a limit', () => {
  const { body } = alertTextOf(notificationOf(predictionEvent('opened', 1, { failureMode: 'limit' })));
  expect(body).toContain('Remaining life:  about 20 cycles');
});

it('states of Harbinger itself what is wrong, where, since when and what to do', () => {
  const { headline, body } = alertTextOf(notificationOf(conditionEvent('opened', 1)));
  expect(headline).toBe('Warning: disk space on gateway north');
  expect(body).toBe(`Warning: disk space on gateway north

Where:           gateway north of Harbinger
Since:           ${local('2026-03-01T10:00:00Z')}, for 60 s
Time:            ${local('2026-03-01T10:01:00Z')}

Why, and what to do:
  - The disk of /var/lib/harbinger has 400 MB left (1 %). Free some space there.

Alert c-1
`);
  const about = { kind: 'cloud', name: 'cloud' } as const;
  const ended = conditionEvent('resolved', 9, { about, item: 'technicians' });
  const resolved = alertTextOf(notificationOf(ended, 'resolved'));
  expect(resolved.headline).toBe('Resolved: disk space on the cloud');
  expect(resolved.body).toContain('the cloud of Harbinger, technicians');
});

const life = { p10: 20, p50: 36, p90: 60, unit: 'readings' };
const byRules = { source: 'rules' as const, model: null, remainingLife: null, contributions: [] };

/** The lines up to the reasons. */
const head = (data: Partial<Prediction>, change: 'opened' | 'resolved' = 'opened') =>
  alertTextOf(notificationOf(predictionEvent(change, 41, data), change))
    .body.split('\n')
    .filter((text) => /^[A-Z][a-z ]+: {2,}/.test(text) && !text.startsWith('Time:'))
    .map((text) => text.replace(/: +/, ': '));

describe('says where, how long, since when, what to do and how sure', () => {
  const since = '2026-03-01T08:10:00Z';
  const machine = 'Machine: pump-1 (pump), site leeds, gateway north';

  it('of remaining life also in time', () => {
    expect(head({ since, remainingLife: life, unitS: 3_600, kind: 'remaining-life' })).toEqual([
      machine,
      'Remaining life: about 36 readings (8 in 10 times between 20 and 60), about 36 h of running (20 to 60 h)',
      `Since: ${local(since)}, for 2 h 31 min`,
      'What to do: Plan its maintenance within the remaining life, and order what it needs.',
      'How sure: 90 %, by model pump-cnn, version 1.2.0',
      'Health: 31 %',
    ]);
  });

  it('of what was over before anybody could be told from when to when it was so', () => {
    const until = '2026-03-01T08:40:00Z';
    const span = `It was so: from ${local(since)} to ${local(until)}, for 30 min`;
    const over = { ...byRules, since, until, failureMode: 'limit' };
    for (const change of ['opened', 'resolved'] as const) {
      expect(head(over, change).slice(1, 3)).toEqual([
        span,
        'What to do: Find out what happened then; it is over, and nothing has to be done at once.',
      ]);
      // Whoever is told only one of both knows all.
      expect(alertTextOf(notificationOf(predictionEvent(change, 41, over), change)).headline).toBe(
        `Warning, over: sensor beyond its limit on leeds/pump-1, from ${local(since)} to ${local(until)}`,
      );
    }
  });

  it('of an alarm limit, a probe and silence', () => {
    const of = (failureMode: string, over: Partial<Prediction> = {}) =>
      head({ ...byRules, since, failureMode, kind: failureMode, ...over }).slice(2);
    const sure = 'How sure: it is measured, not estimated';
    expect(of('limit', { severity: 'critical' })).toEqual([
      'What to do: Check the machine now, and stop it unless something harmless explains the value.',
      sure,
    ]);
    expect(of('sensor-missing')).toEqual(['What to do: Check the probe and its cable.', sure]);
    expect(of('silent')).toEqual([
      'What to do: Check whether the machine runs, then its device, the network and its power.',
      sure,
    ]);
  });

  it('in the words of its machine type, where there are some', () => {
    const own = head({
      action: 'Order bearing 6204 and call Maria.',
      failureMode: 'overload',
      kind: 'limit',
    });
    expect(own).toContain('What to do: Order bearing 6204 and call Maria.');
  });

  it('of what has ended nothing that is to be done, unless the machine has failed', () => {
    expect(head({ since, failureMode: 'limit', ...byRules }, 'resolved')).toEqual([
      machine,
      `Since: ${local(since)}, for 2 h 31 min`,
      'How sure: it is measured, not estimated',
    ]);
    expect(head({ outcome: 'failed' }, 'resolved')).toContain(
      'What to do: Have it repaired or replaced, and report that it was replaced.',
    );
  });

  it('of a kind of a newer gateway by what it has', () => {
    expect(head({ failureMode: 'cavitation', kind: 'a-newer-kind' })).toContain(
      'What to do: Plan its maintenance within the remaining life, and order what it needs.',
    );
    expect(head({ ...byRules, failureMode: 'cavitation' })[2]).toMatch(
      /^What to do: Look for what has changed/,
    );
  });
});

it('states of a digest how many alerts are open and have ended, where, and which some of them are', () => {
  const example = { alertId: 'p-1', gateway: 'north', site: 'leeds', failureMode: 'bearing-wear' } as const;
  const { headline, body } = alertTextOf({
    key: 'digest-1/digest/0/test',
    notifier: 'test',
    change: 'digest',
    attempts: 0,
    nextAttemptMs: 0,
    lastError: null,
    event: {
      specversion: '1.0',
      id: 'digest-1',
      source: '/cloud',
      type: 'io.harbinger.alerts.digest.v1',
      time: '2026-03-03T10:00:00.000Z',
      datacontenttype: 'application/json',
      data: {
        since: '2026-03-01T10:00:00.000Z',
        open: 3_500,
        critical: 1,
        resolved: 400,
        sites: [{ site: 'leeds', open: 3_500 }],
        examples: [
          { ...example, machine: 'pump-1', severity: 'critical', state: 'open' },
          { ...example, machine: 'pump-2', severity: 'warning', state: 'resolved' },
        ],
      },
    },
  });
  expect(headline).toBe('3900 more alerts: 3500 open (1 critical), 400 ended');
  expect(body).toContain('Sites with open ones:\n  - leeds: 3500');
  expect(body).toContain('CRITICAL: bearing wear on leeds/pump-1');
  expect(body).toContain('ended: bearing wear on leeds/pump-2');
});
