import { expect, it } from 'vitest';
import { alertTextOf } from './alert-text.ts';
import { conditionEvent } from './condition.testing.ts';
import { notificationOf, prediction, predictionEvent } from './prediction.testing.ts';

it('states failure mode, machine, remaining life, reasons and origin in a technician’s words', () => {
  const { headline, body } = alertTextOf(
    notificationOf(predictionEvent('opened', 1)),
    'https://harbinger.example/',
  );
  expect(headline).toBe('Warning: bearing-wear on leeds/pump-1');
  expect(body).toBe(`Warning: bearing-wear on leeds/pump-1

Machine:         pump-1 (pump), site leeds
Remaining life:  about 20 cycles (8 in 10 times between 12.3 and 31)
Health:          31 %
Confidence:      90 %
Judged by:       model pump-cnn, version 1.2.0
Time:            2026-03-01T10:01:00Z

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
  expect(opened.body).toContain('CRITICAL: bearing-wear on');
  expect(opened.body).toContain('Remaining life:  unknown');
  expect(opened.body).toContain('Judged by:       rules of the machine type (no model)');
  const detector = { name: 'self-learned', version: '1.0.0' };
  const learnt = alertTextOf(notificationOf(predictionEvent('opened', 1, { ...byRules, detector })));
  expect(learnt.body).toContain('Judged by:       the learned baseline of this machine (no model)');
  const resolved = alertTextOf(notificationOf(predictionEvent('resolved', 9, { ...prediction }), 'resolved'));
  expect(resolved.headline).toBe('Resolved: bearing-wear on leeds/pump-1');
  expect(resolved.body).not.toContain('Remaining life');
});

it.each([
  ['failed', 'FAILED: bearing-wear on leeds/pump-1'],
  ['replaced', 'Replaced: bearing-wear on leeds/pump-1'],
  ['closed', 'Closed: bearing-wear on leeds/pump-1'],
  ['an outcome of a later version', 'Resolved: bearing-wear on leeds/pump-1'],
])('calls the end of an alert by its outcome: %s', (outcome, headline) => {
  const event = predictionEvent('resolved', 9, { outcome });
  expect(alertTextOf(notificationOf(event, 'resolved')).headline).toBe(headline);
});

it('states of Harbinger itself what is wrong, where, since when and what to do', () => {
  const { headline, body } = alertTextOf(notificationOf(conditionEvent('opened', 1)));
  expect(headline).toBe('Warning: disk-space on gateway north');
  expect(body).toBe(`Warning: disk-space on gateway north

Where:           gateway north of Harbinger
Since:           2026-03-01T10:00:00Z
Time:            2026-03-01T10:01:00Z

Why:
  - The disk of /var/lib/harbinger has 400 MB left (1 %). Free some space there.

Alert c-1
`);
  const about = { kind: 'cloud', name: 'cloud' } as const;
  const ended = conditionEvent('resolved', 9, { about, item: 'technicians' });
  const resolved = alertTextOf(notificationOf(ended, 'resolved'));
  expect(resolved.headline).toBe('Resolved: disk-space on the cloud');
  expect(resolved.body).toContain('the cloud of Harbinger, technicians');
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
  expect(body).toContain('CRITICAL: bearing-wear on leeds/pump-1');
  expect(body).toContain('ended: bearing-wear on leeds/pump-2');
});
