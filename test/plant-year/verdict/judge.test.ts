import { describe, expect, it } from 'vitest';
import { minuteMs } from '../plant/calendar.ts';
import { type Machine, plantMachines, plantTypes } from '../plant/machines.ts';
import type { PlantEvent } from '../truth/event.ts';
import { Badges } from './badges.ts';
import { shortfalls } from './goal.ts';
import { judge } from './judge.ts';
import { failureLines, reportText } from './report.ts';
import { type Notice, Told } from './told.ts';

const machines = plantMachines(1, plantTypes());
const pump = machines[0]!;
const fan = machines[2]!;
const hourMs = 60 * minuteMs;

function happens(more: Partial<PlantEvent> = {}, machine: Machine | null = pump): PlantEvent {
  return {
    kind: 'something',
    gateway: 'gw1',
    machine,
    fromMs: 10 * hourMs,
    toMs: 12 * hourMs,
    tellings: [{ where: 'cloud', accepts: ['limit'], latestMs: 11 * hourMs }],
    endedByMs: 13 * hourMs,
    ...more,
  };
}

function notice(hours: number, more: Partial<Notice> = {}): Notice {
  return {
    atMs: hours * hourMs,
    where: 'cloud',
    change: 'opened',
    alertId: 'a',
    gateway: 'gw1',
    machine: pump.name,
    failureMode: 'limit',
    kind: 'limit',
    severity: 'warning',
    text: 'Warning: limit',
    circumstance: 'running',
    ...more,
  };
}

function verdict(events: PlantEvent[], notices: Notice[]) {
  const plan = { fromMs: 0, toMs: 365 * 24 * hourMs, events };
  const told = new Told(plan, machines, () => 0);
  told.notices.push(...notices);
  return judge({ seed: 1, plan, machines, told, badges: new Badges(plan, machines) });
}

const end = (hours: number, more: Partial<Notice> = {}) => notice(hours, { change: 'resolved', ...more });

describe('the verdict', () => {
  it('is met by one alert in time that ends in time', () => {
    const year = verdict([happens()], [notice(10.5), end(12.5)]);
    expect(year.tellings).toMatchObject([
      { outcome: 'told', toldMs: 10.5 * hourMs, endedMs: 12.5 * hourMs, endedInTime: true, chatter: 0 },
    ]);
    expect(year.falseAlerts).toEqual([]);
    expect(shortfalls([year])).toEqual([]);
    expect(reportText([year])).toContain('The goal is met.');
    expect(failureLines([year])).toEqual([]);
  });

  it('tells late from missed, and counts neither another machine nor another kind nor another place', () => {
    expect(verdict([happens()], [notice(11.5), end(12)]).tellings[0]!.outcome).toBe('late');
    const others = [
      notice(10.5, { machine: fan.name }),
      notice(10.5, { kind: 'silence' }),
      notice(10.5, { where: 'site' }),
      notice(9),
    ];
    for (const other of others) {
      const year = verdict([happens()], [other]);
      expect(year.tellings[0]!.outcome).toBe('missed');
      expect(shortfalls([year]).join()).toContain('1 of 1 things were not told');
    }
  });

  it('takes a thing that the plant never showed for told, but not one that was due', () => {
    const tellings = [{ where: 'cloud', accepts: ['limit'], latestMs: Number.POSITIVE_INFINITY }] as const;
    expect(verdict([happens({ tellings: [...tellings] })], []).tellings[0]!.outcome).toBe('told');
  });

  it('finds what has no cause: at another time, on another machine, or of an event that is nobody’s concern', () => {
    const calm = happens({ tellings: [] });
    const year = verdict(
      [happens(), { ...calm, machine: fan }],
      [notice(9), notice(10.5, { alertId: 'b' }), notice(10.5, { machine: fan.name, alertId: 'c' })],
    );
    expect(year.falseAlerts.map(({ machine, atMs }) => [machine, atMs / hourMs])).toEqual([
      [pump.name, 9],
      [fan.name, 10.5],
    ]);
  });

  it('counts alerts beyond one as chatter, and asks that the last has ended', () => {
    const notices = [notice(10.2), end(10.4), notice(10.6, { alertId: 'b' }), end(14, { alertId: 'b' })];
    expect(verdict([happens()], notices).tellings[0]).toMatchObject({ chatter: 1, endedInTime: false });
    expect(verdict([happens()], notices.slice(0, 3)).tellings[0]).toMatchObject({
      endedMs: null,
      endedInTime: false,
    });
  });

  it('asks for a critical alert where the truth does', () => {
    const tellings = [
      { where: 'cloud', accepts: ['limit'], latestMs: 11 * hourMs, criticalByMs: 11 * hourMs },
    ] as const;
    const of = (...notices: Notice[]) =>
      verdict([happens({ tellings: [...tellings] })], notices).tellings[0]!.criticalInTime;
    expect(of(notice(10.5), end(12))).toBe(false);
    expect(of(notice(10.5), notice(10.8, { change: 'updated', severity: 'critical' }), end(12))).toBe(true);
  });

  it('asks for an alert about the gateway itself where that is dead', () => {
    const dead = happens(
      { tellings: [{ where: 'cloud', accepts: ['gateway'], latestMs: 11 * hourMs }] },
      null,
    );
    const byMachines = verdict([dead], [notice(10.5, { kind: 'silence' })]);
    expect(byMachines.tellings[0]!.outcome).toBe('missed');
    expect(byMachines.falseAlerts).toEqual([]);
    const byGateway = verdict([dead], [notice(10.5, { machine: null, kind: 'gateway' }), end(12)]);
    expect(byGateway.tellings[0]!.outcome).toBe('told');
  });
});
