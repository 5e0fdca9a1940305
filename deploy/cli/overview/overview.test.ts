import { expect, it } from 'vitest';
import { type Overview, type ShownMachine, summaryLines, urgentMachines } from './overview.ts';
import { screenOf } from './top.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');

const machine = (name: string, state: string, more: Partial<ShownMachine> = {}): ShownMachine => ({
  ...{ gateway: 'north', site: 'hall', machine: name, machineType: 'fan', state },
  ...{ stateReason: `because of ${name}`, lastSeenMs: nowMs - 5_000, remainingLife: null, anomaly: null },
  ...more,
});
const alert = (severity: string, work?: object) =>
  ({
    condition: {
      conditionId: 'c',
      condition: 'disk-space',
      about: { kind: 'cloud', name: 'cloud' },
      severity,
    },
    ...(work && { work }),
  }) as unknown as Overview['alerts'][number];

const plant: Overview = {
  status: { ready: true, reasons: [], nowMs, notificationsDead: false },
  machines: [
    machine('fan-1', 'ok'),
    machine('fan-2', 'warning', { remainingLife: { p50: 52.912, unit: 'h' } }),
    machine('fan-3', 'critical'),
    machine('fan-4', 'warning', { remainingLife: { p50: 12, unit: 'h' } }),
    machine('fan-5', 'silent'),
  ],
  alerts: [alert('critical'), alert('warning', { acknowledged: { by: 'anna' } })],
  alertsOpen: 2,
  gateways: [
    { gateway: 'north', machines: 5, isConnected: true, contact: 'heard', silentSinceMs: null },
    {
      gateway: 'south',
      machines: 14,
      isConnected: false,
      contact: 'silent',
      silentSinceMs: nowMs - 3_600_000,
    },
  ],
  receivers: [
    {
      name: 'mail',
      confirmedMs: 1,
      failingSinceMs: nowMs - 600_000,
      lastError: 'refused',
      waiting: 2,
      summedUp: 1,
    },
  ],
};

it('counts silent machines also where another alert is open', () => {
  const silent = { unknown: { isSilent: true as const } };
  const machines = [
    machine('fan-1', 'warning', silent),
    machine('fan-2', 'silent', silent),
    machine('fan-3', 'ok'),
  ];
  expect(summaryLines({ ...plant, machines })).toContain(
    'machines  3: 1 warning, 1 silent, 1 ok; 1 of them silent beside that',
  );
});

it('says in a line each how gateways, machines, alerts and receivers are', () => {
  expect(summaryLines(plant)).toEqual([
    'cloud     ready',
    'gateways  1 of 2 connected; south silent for 60 min (14 machines)',
    'machines  5: 1 critical, 2 warning, 1 silent, 1 ok',
    'alerts    2 open: 1 critical, 1 warning; 1 that nobody has acknowledged',
    'told      mail; mail fails for 10 min (refused); 3 wait to be told',
  ]);
});

it('says what is missing where nothing is there yet', () => {
  const empty = { ...plant, machines: [], alerts: [], alertsOpen: 0, gateways: [], receivers: [] };
  expect(summaryLines({ ...empty, status: { ...plant.status, ready: false, reasons: ['no disk'] } })).toEqual(
    [
      'cloud     not ready: no disk',
      'gateways  none is configured',
      'machines  none has sent anything yet',
      'alerts    none is open',
      'told      nobody: no notifier is configured',
    ],
  );
});

it('names machines by urgency, those with the shorter life first', () => {
  expect(urgentMachines(plant).map((each) => each.machine)).toEqual(['fan-3', 'fan-4', 'fan-2', 'fan-5']);
});

it('fits a screen into its terminal, and says when it is old', () => {
  const lines = screenOf(plant, { rows: 11, columns: 60, problem: 'no\u001b answer' }).split('\n');
  expect(lines.length).toBeLessThanOrEqual(11);
  expect(Math.max(...lines.map((each) => each.length))).toBeLessThanOrEqual(60);
  expect(lines[5]).toBe('what is shown is old: no· answer');
  expect(lines.slice(6)).toEqual([
    'state     machine     life left  heard  why',
    'critical  hall/fan-3  –          5 s    because of fan-3',
    'warning   hall/fan-4  12 h       5 s    because of fan-4',
    'and 3 more',
  ]);
});
