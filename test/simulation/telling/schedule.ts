/** The plan of a told world. It is data: it is drawn from a seed, and can be printed, reduced and repeated. */
import type { Level, SensorName } from './site/types.ts';

export interface Crossing {
  machine: string;
  sensor: SensorName;
  level: Exclude<Level, 'ok'>;
  /** True time, ms since the start. */
  fromMs: number;
  toMs: number;
}

/** A fault of the clock of a device, beside its constant offset. */
export type ClockFault = { fromMs: number; toMs: number } & (
  | { kind: 'still' }
  /** To and fro every few readings. */
  | { kind: 'swings'; byMs: number }
  /** It jumps, and is put right: minutes ahead or behind, or an hour in summer. */
  | { kind: 'jumps'; byMs: number }
  /** It counts from 1970 until it is set. */
  | { kind: 'unset' }
);

export type Order = 'oldest' | 'newest' | 'shuffled';

export interface DevicePlan {
  machine: string;
  sensors: SensorName[];
  periodMs: number;
  offsetMs: number;
  faults: ClockFault[];
  /** How it writes its time. */
  stamp: 'ms' | 'seconds' | 'iso' | 'none';
  /** When it has no network, and keeps what it measures. */
  offline: { fromMs: number; toMs: number }[];
  order: Order;
  /** Readings in a message when it sends what it has kept. */
  together: number;
  /** Time between two messages then. */
  spacingMs: number;
  clientId: string;
  /** The number of its gateway, and when it moves to the other one. */
  gateway: number;
  movesMs: number | null;
}

/** A trouble of processes and links. `gateway`: its number. */
export type Trouble = { atMs: number } & (
  | { kind: 'gateway-kill' | 'gateway-restart'; gateway: number; forMs: number }
  | { kind: 'cloud-kill'; forMs: number }
  | { kind: 'line-cut'; gateway: number; forMs: number }
  | { kind: 'clock-jump'; gateway: number; forMs: number; byMs: number }
  /** Its data folder is put back to how it was some time before. */
  | { kind: 'put-back'; gateway: number; agoMs: number; forMs: number }
);

/** A deed of a person, about a machine, at its gateway or in the cloud. */
export type Deed = { atMs: number; machine: string } & (
  | { kind: 'close' | 'replace' | 'retire' | 'clear-limits' }
  | { kind: 'set-limits'; warn: number; alarm: number }
  | { kind: 'maintenance'; forMs: number }
  | { kind: 'mute' | 'rules'; forMs: number }
  | { kind: 'unmute' }
);

/** A second gateway of the same name. */
export interface TwinPlan {
  fromMs: number;
  toMs: number;
  /** Its folder is new, or a copy of the first one's of that moment. */
  folder: 'new' | 'copied';
  /** The first gateway is gone from then on, for as long as the twin runs. */
  isAlone: boolean;
}

export interface Schedule {
  seed: number;
  durationMs: number;
  crossings: Crossing[];
  devices: DevicePlan[];
  troubles: Trouble[];
  deeds: Deed[];
  twin: TwinPlan | null;
}

/** The kinds of what can happen in a schedule, to count them. */
export function kindsOf({ devices, troubles, deeds, twin }: Schedule): string[] {
  return [
    ...devices.flatMap(({ faults, offline, offsetMs, order, clientId, stamp }) => [
      ...faults.map(({ kind }) => `clock ${kind}`),
      ...(offline.length > 0 ? [`kept, ${order} first`] : []),
      ...(offsetMs !== 0 ? ['clock beside'] : []),
      ...(clientId === 'shared' ? ['client shared'] : []),
      `time in ${stamp}`,
    ]),
    ...troubles.map(({ kind }) => kind),
    ...deeds.map(({ kind }) => kind),
    ...(twin ? [`twin ${twin.folder}${twin.isAlone ? ' alone' : ''}`] : []),
  ];
}
