/**
 * Episodes (test/plant-year/episodes): one pump and one cause that comes and goes, for hours or weeks, through the gateway's own code on the
 * simulated clock. What happens to the whole plant, and is told by the cloud, belongs to the years one folder up.
 */
import { rmSync } from 'node:fs';
import { nextTurn } from '../../../shared/runtime/clock.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { gaussian, type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { dayMs, type Moment, minuteMs, momentOf } from '../plant/calendar.ts';
import { plantTypes } from '../plant/machines.ts';
import type { PlantMachine } from '../product/columns.ts';
import { gatewaySlackMs, PlantGateway } from '../product/gateway.ts';
import { yearFolder } from '../runs/folder.ts';

/** A Monday, 00:00 in the plant. */
const fromMs = Date.UTC(2026, 0, 4, 23);
const dayMinutes = dayMs / minuteMs;

export interface PumpValues {
  vibration: number;
  /** NaN: not sent; −127: what a converter sends whose probe is missing. */
  bearing_temp: number;
}

/** Minutes and days since the episode began. */
export type When = Moment & { minute: number; day: number };

/** Returns what the pump's sensors show in a minute; null if its device is not heard. */
export type Episode = (when: When, random: Random) => PumpValues | null;

/** A change that somebody was told. */
export interface Told {
  change: 'opened' | 'updated' | 'resolved';
  minute: number;
  failureMode: string;
  severity: string;
  reasons: string[];
}

export interface EpisodeOptions {
  days: number;
  /** Days of a pump that is well before it, in which what is usual is learnt. */
  calmDays?: number;
  seed?: number;
  /** The gateway is killed and started again at these minutes. */
  kills?: readonly number[];
}

/** The values of a pump that is well: inside its limits of 4.5 and 7.1 mm/s, and of 75 and 90 °C. */
export const well = (random: Random): PumpValues => ({
  vibration: 2.1 + 0.1 * gaussian(random),
  bearing_temp: 50 + 0.3 * gaussian(random),
});

/** Lives through an episode, and returns what was told in it, in its order. */
export async function liveEpisode(
  episode: Episode,
  { days, calmDays = 1, seed = 1, kills = [] }: EpisodeOptions,
): Promise<Told[]> {
  const random = seededRandom(seed);
  const clock = manualClock(fromMs - calmDays * dayMs);
  const types = plantTypes();
  const type = types.get('plant-pump')!;
  const sensors = type.sensors.map(({ name }) => name);
  const machine: PlantMachine = { site: 'hall-a', name: 'pump-1', type, sensors };
  const folder = yearFolder();
  const gateway = new PlantGateway({ name: 'gw1', types, folder, world: clock, saidAtSite: () => undefined });
  const told: Told[] = [];
  await gateway.start();
  try {
    for (let minute = -calmDays * dayMinutes; minute < days * dayMinutes; minute++) {
      if (kills.includes(minute)) {
        await gateway.stop('killed');
        await gateway.start();
      }
      const when = { ...momentOf(clock.nowMs()), minute, day: Math.floor(minute / dayMinutes) };
      const values = minute < 0 ? well(random) : episode(when, random);
      if (values)
        await gateway.take([{ machine, timeMs: clock.nowMs(), values: rowOf(sensors, values, random) }]);
      await passMinute();
      told.push(...toldIn(gateway, minute));
    }
  } finally {
    await gateway.stop('killed');
    rmSync(folder, { recursive: true, force: true });
  }
  return told.filter(({ minute }) => minute >= 0);

  async function passMinute(): Promise<void> {
    for (let passedMs = 0; passedMs < minuteMs; passedMs += gatewaySlackMs) {
      clock.advanceNow(gatewaySlackMs);
      await null;
      if (!gateway.isSettled) await gateway.settled();
    }
    await nextTurn();
  }
}

function rowOf(sensors: readonly string[], values: PumpValues, random: Random): Float32Array {
  const all: Record<string, number> = {
    ...values,
    pressure: 6 + 0.05 * gaussian(random),
    current: 22 + 0.5 * gaussian(random),
    speed: 2_950 + 4 * gaussian(random),
  };
  return Float32Array.from(sensors, (name) => all[name]!);
}

function toldIn({ events }: PlantGateway, minute: number): Told[] {
  return events.splice(0).flatMap(({ type, data }): Told[] => {
    const change = /prediction\.(opened|updated|resolved)\./.exec(type)?.[1] as Told['change'] | undefined;
    if (!change) return [];
    const { failureMode, severity, reasons, isNews } = data as unknown as Told & { isNews?: false };
    return isNews === false ? [] : [{ change, minute, failureMode, severity, reasons }];
  });
}
