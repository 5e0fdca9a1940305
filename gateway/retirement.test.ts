/** Retiring machines while they, or others, go on sending. */
import { expect, it } from 'vitest';
import { silentLog } from '../shared/runtime/log.ts';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import type { MachineOrSensor } from './ports/retiring.ts';
import { createRetirement } from './retirement.ts';
import { MaintenanceBook } from './watch/maintenance/maintenance.ts';
import { MachineLimitBook } from './watch/own-limits/own-limits.ts';

const [fan, pump, saw] = ['fan', 'pump', 'saw'].map((machine) => ({ site: 'hall', machine })) as [
  MachineOrSensor,
  MachineOrSensor,
  MachineOrSensor,
];

/** A gateway that knows a fan and a pump by their readings, and a saw by its baseline alone. */
function bench() {
  const about = { gateway: 'north', clock: manualClock(), log: silentLog };
  const maintenance = new MaintenanceBook(about);
  const ownLimits = new MachineLimitBook(about);
  const done: string[] = [];
  const relearnt: string[] = [];
  const learnt = new Set(['fan', 'pump', 'saw']);
  const note = (what: string) => async (_: string, machine: string) => {
    done.push(`${what} ${machine}`);
    return machine === 'pump';
  };
  const admin = createRetirement({
    lessons: {
      relearnt: ({ machine }, atMs) => void relearnt.push(`${machine} ${atMs}`),
      renamed: (from, to) => void relearnt.push(`${from.machine} is ${to.machine}`),
    },
    clock: { nowMs: () => 7 },
    data: {
      call: (async (_: string, those: MachineOrSensor[]) => {
        const isKnown = ({ machine }: MachineOrSensor) => machine === 'fan' || machine === 'pump';
        const unknown = those.filter((one) => !isKnown(one));
        return { retired: those.filter(isKnown), unknown, topics: [] };
      }) as never,
    },
    watch: {
      retired(_, machine) {
        done.push(`learnt ${machine}`);
        return learnt.delete(machine);
      },
      relearn: (_, machine) => ({ isKnown: true, hasChanged: machine !== 'saw' }),
      named: () => true,
      teaching: { teach: (_, { isLast }) => ({ isKnown: true, isTaught: isLast }) as never },
      savedBaselines: {
        rename: (from, to) => learnt.has(from.machine) && learnt.delete(to.machine),
        async saveNow(key) {
          await Promise.resolve();
          done.push(`saved ${key}`);
          return key !== 'hall/pump';
        },
      },
      maintenance,
      ownLimits,
      levels: { ofAll: async () => [] },
    },
    decisions: { retired: note('alerts') },
    siteTopics: { retired: (_, machine) => void done.push(`site ${machine}`) },
    sources: () => [],
  });
  return { admin, done, relearnt, maintenance, ownLimits };
}

it('what was learnt of all of them is forgotten at once, before anything is waited for', async () => {
  const { admin, done } = bench();
  await admin.retire([fan, pump, saw]);
  expect(done.slice(0, 3)).toEqual(['learnt fan', 'learnt pump', 'learnt saw']);
  expect(done.slice(3)).toEqual(['fan', 'pump', 'saw'].flatMap((name) => [`alerts ${name}`, `site ${name}`]));
});

it('known are those with readings, a baseline or alerts; a sensor alone makes nothing be forgotten', async () => {
  const { admin, done } = bench();
  const other = { site: 'hall', machine: 'other' };
  const sensor = { ...fan, sensor: 'a' };
  expect(await admin.retire([sensor, saw, other])).toEqual({
    retired: [sensor, saw],
    unknown: [other],
    retainedMessages: 0,
  });
  expect(done).not.toContain('learnt fan');
});

it('a renamed machine has the maintenance windows and limits of before, and limits of the new name stay', async () => {
  const { admin, done, maintenance, ownLimits, relearnt } = bench();
  const who = { by: 'maria', address: '::1' };
  await maintenance.set(fan, who);
  await maintenance.set({ site: 'hall' }, who);
  await ownLimits.set({ ...fan, sensor: 'x' }, { warn: 1 }, who);
  await ownLimits.set({ ...fan, sensor: 'y' }, { warn: 2 }, who);
  await ownLimits.set({ ...saw, sensor: 'y' }, { warn: 3 }, who);
  expect(await admin.rename(fan, saw, who)).toEqual({
    ...{ windows: 1, limits: 1, isNormal: true, isSaved: true },
  });
  expect(relearnt).toEqual(['fan is saw']);
  expect(done).toEqual(['saved hall/saw']);
  const limits = ownLimits
    .list()
    .map(({ machine, sensor, limits: own }) => `${machine} ${sensor} ${own.warn}`);
  expect(limits.sort()).toEqual(['saw x 1', 'saw y 3']);
  const windows = maintenance.list(false).map(({ machine = 'all', by }) => `${machine} ${by}`);
  expect(windows.sort()).toEqual(['all maria', 'saw maria']);
  expect(await admin.rename(fan, saw, who)).toEqual({
    ...{ windows: 0, limits: 0, isNormal: false, isSaved: true },
  });
});

it('what people change of what is normal is on disk before they are told so', async () => {
  const { admin, done, relearnt } = bench();
  const said = { by: 'maria', note: 'new seal' };
  const lesson = { teaching: 'one', sensors: ['x'], rows: [], isFirst: true };
  expect(await admin.named(fan, said)).toEqual({ isKnown: true, isNoted: true, isSaved: true });
  expect(await admin.relearn(fan, said)).toEqual({ isKnown: true, hasChanged: true, isSaved: true });
  expect(await admin.teach(fan, { ...lesson, isLast: true })).toMatchObject({
    isTaught: true,
    isSaved: true,
  });
  expect(done.splice(0)).toEqual(['saved hall/fan', 'saved hall/fan', 'saved hall/fan']);
  await admin.teach(fan, { ...lesson, isLast: false });
  expect(relearnt.splice(0)).toEqual(['fan 7']);
  await admin.relearn(saw, said);
  expect([done, relearnt]).toEqual([[], ['saw 7']]);
  expect(await admin.named(pump, said)).toMatchObject({ isNoted: true, isSaved: false });
});
