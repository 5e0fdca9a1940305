import { describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../ports/machine-log/machine-log.ts';
import type { FailureOutcome, Outcome, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import type { RetiredMachines } from '../../ports/retired/retired.ts';
import { createMemoryOperations } from '../memory-ports.testing.ts';
import { machineOf } from '../plant-data.testing.ts';
import { livesOf } from './lives-of.ts';

const hourMs = 3_600_000;
const beganMs = Date.UTC(2026, 0, 1);
const at = (hours: number) => beganMs + hours * hourMs;
const time = (hours: number) => new Date(at(hours)).toISOString();
const pump = { gateway: 'gw-1', site: 'leeds', machine: 'pump-1', machineType: 'pump' };
const judgedBy = { policy: 'model', name: 'pump-rul', version: '2.0.0' } as const;

function failure(hours: number, verdict: FailureOutcome['verdict'], more: Partial<FailureOutcome> = {}) {
  return {
    ...{ kind: 'failure', id: `f-${hours}`, ...pump, verdict, isInferred: true, history: [] },
    ...{ failedAt: time(hours), judgedBy, warnings: [], ...more },
  } as FailureOutcome;
}
function warning(hours: number, verdict: WarningOutcome['verdict']): WarningOutcome {
  return {
    ...{ kind: 'warning', id: `w-${hours}`, ...pump, verdict, isInferred: false, history: [] },
    ...{ raisedBy: judgedBy, failureMode: 'wear', severity: 'warning', confidence: 0.9 },
    ...{ openedAt: time(hours), endedAt: null },
  };
}
const replaced = (
  hours: number,
  machineType = 'pump',
): HarbingerEvent<'io.harbinger.machine.replaced.v1'> => ({
  ...{ specversion: '1.0', id: `r-${hours}`, source: '/gateways/gw-1', datacontenttype: 'application/json' },
  ...{ type: 'io.harbinger.machine.replaced.v1', time: time(hours), subject: 'leeds/pump-1' },
  data: { site: 'leeds', machine: 'pump-1', machineType },
});

function lives(
  outcomes: Outcome[],
  events: HarbingerEvent[] = [],
  machines = [machineOf()],
  untilMs = at(100),
  log: LogEntry[] = [],
  formerNames: RetiredMachines['formerNames'] = () => [],
) {
  const operations = createMemoryOperations();
  for (const event of events) operations.addEvent(event);
  const found = livesOf({
    machines,
    outcomes,
    events: operations.ports.events,
    log,
    formerNames,
    machineType: 'pump',
    untilMs,
  });
  return found.map(({ fromMs, toMs, end, outcomes: counts, machine }) => ({
    life: `${fromMs === null ? '?' : (fromMs - beganMs) / hourMs}–${(toMs - beganMs) / hourMs} ${end}`,
    ...{ counts, machine },
  }));
}
const logged = (hours: number, kind: LogEntry['kind']): LogEntry => ({
  ...{ entryId: `e-${hours}`, ...pump, kind, by: '', note: '' },
  ...{ atMs: at(hours), writtenMs: at(hours) },
});
const spans = (...given: Parameters<typeof lives>) => lives(...given).map(({ life }) => life);

describe('lives', () => {
  it('end where the maintenance log says repaired, replaced or retired, and not where somebody looked', () => {
    const log = [
      logged(10, 'repaired'),
      logged(20, 'inspected'),
      logged(30, 'replaced'),
      logged(40, 'retired'),
    ];
    expect(spans([], [], [machineOf()], at(100), log)).toEqual([
      '?–10 replaced',
      '10–30 replaced',
      '30–40 stopped',
    ]);
  });

  it('end with a failure, a replacement or now, and begin when the machine was new', () => {
    const events = [replaced(0), replaced(11), replaced(20)];
    expect(spans([failure(10, 'missed')], events)).toEqual([
      '?–0 replaced',
      '0–10 failed',
      '11–20 replaced',
      '20–100 running',
    ]);
  });

  it('are known from the failure alone, where the events are gone, and once each', () => {
    const outcomes = [failure(10, 'confirmed', { usedSinceMs: at(2) })];
    const down = [machineOf({ condition: 'failed', conditionMs: at(10) })];
    expect(spans(outcomes, [], down)).toEqual(['?–2 replaced', '2–10 failed']);
    expect(spans(outcomes, [replaced(2)], down)).toEqual(['?–2 replaced', '2–10 failed']);
    const up = [machineOf({ condition: 'running', conditionMs: at(12) })];
    expect(spans(outcomes, [replaced(2)], up).at(-1)).toBe('12–100 running');
  });

  it('of a machine that was renamed are under its name of now, as far as that name was its own', () => {
    const now = machineOf({ machine: 'pump-9' });
    const former = (afterMs?: number) => () => [
      { ...pump, ...(afterMs !== undefined && { afterMs }), untilMs: at(30) },
    ];
    const named = (formerNames: RetiredMachines['formerNames']) =>
      lives(
        [failure(10, 'missed'), failure(25, 'missed')],
        [replaced(11)],
        [now],
        at(100),
        [],
        formerNames,
      ).map(({ life, machine }) => `${machine} ${life}`);
    expect(named(former())).toEqual(['pump-9 ?–10 failed', 'pump-9 11–25 failed']);
    // Until then another machine had that name.
    expect(named(former(at(20)))).toEqual(['pump-1 ?–10 failed', 'pump-9 ?–25 failed']);
  });

  it('end once with a failure that is told twice, and are not known until a replacement is reported', () => {
    const twice = [failure(10, 'missed'), failure(11, 'missed')];
    expect(spans(twice)).toEqual(['?–10 failed']);
    expect(spans([...twice, failure(50, 'missed')], [replaced(20)])).toEqual(['?–10 failed', '20–50 failed']);
  });

  it('ended otherwise where a person says that it was planned', () => {
    expect(spans([failure(10, 'planned')])).toEqual(['?–10 stopped']);
  });

  it('have the outcomes of their warnings', () => {
    const outcomes = [
      ...[warning(3, 'false-alarm'), warning(9, 'confirmed'), warning(14, 'unknown')],
      ...[failure(10, 'confirmed'), failure(40, 'missed')],
    ];
    const found = lives(outcomes, [replaced(12)]);
    expect(found.map(({ counts }) => counts)).toEqual([
      { confirmed: 1, falseAlarms: 1, missed: 0, planned: 0, unknown: 0 },
      { confirmed: 0, falseAlarms: 0, missed: 1, planned: 0, unknown: 1 },
    ]);
  });

  it('of other types, and of what came later, are not among them', () => {
    const machines = [
      machineOf({ machine: 'b' }),
      machineOf({ machine: 'a' }),
      machineOf({ machineType: 'fan' }),
    ];
    const events = [replaced(5, 'fan')];
    expect(lives([failure(200, 'missed', { machine: 'a' })], events, machines)).toMatchObject([
      { machine: 'a', life: '?–100 running' },
      { machine: 'b', life: '?–100 running' },
    ]);
  });
});
