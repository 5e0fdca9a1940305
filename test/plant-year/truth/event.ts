/**
 * The truth of a year (test/plant-year/truth): what happens to the plant, and what should be told of it: when at the latest,
 * where, about which machine. A file is one group of events; draw.ts places them in the year.
 */
import type { Moment } from '../plant/calendar.ts';
import type { GatewayName, Machine } from '../plant/machines.ts';

/** The kinds of alerts by what they are about; kinds.ts sorts the product's failure modes into them. */
export type AlertKind = 'limit' | 'wear' | 'unusual' | 'sensor' | 'silence' | 'gateway' | 'other';

/** One thing that somebody should be told. */
export interface Telling {
  where: 'site' | 'cloud';
  /** The kinds of alerts that say it. */
  accepts: readonly AlertKind[];
  /** By when it should be told; infinite as long as the plant does not show it. */
  latestMs: number;
  /** By when the alert should be critical; absent if a warning is enough. */
  criticalByMs?: number;
}

/** The changes that an event may make to the plant. */
export interface PlantActions {
  killGateway(name: GatewayName): Promise<void>;
  stopGateway(name: GatewayName): Promise<void>;
  startGateway(name: GatewayName): Promise<void>;
  stopCloud(how: 'stopped' | 'killed'): Promise<void>;
  startCloud(): Promise<void>;
  lifecycle(machine: Machine, state: 'failed' | 'replaced'): Promise<void>;
  maintenance(machine: Machine, toMs: number): Promise<void>;
  thisIsNormal(machine: Machine): Promise<void>;
}

export interface PlantEvent {
  kind: string;
  gateway: GatewayName | null;
  /** Null if it concerns a gateway, or the plant. */
  machine: Machine | null;
  /** When its cause begins and ends. */
  fromMs: number;
  toMs: number;
  /** Empty if nothing should be told. */
  tellings: Telling[];
  /** By when what was told of it should have ended; at `toMs` if absent. */
  endedByMs?: number;
  /** Alerts that may be opened for it; more are chatter. */
  opensMax?: number;
  actions?: { atMs: number; act(plant: PlantActions): Promise<void> | void }[];
  /** Called before a minute of the machine while the event lasts. */
  before?(at: Moment, machine: Machine): void;
  /** Changes what the sensors show, in place, while the event lasts. */
  change?(values: Float32Array, at: Moment, machine: Machine): void;
  /** The fate of readings while it lasts: they are lost, kept by the device until it ends, or kept by the gateway. */
  readings?: 'lost' | 'kept by device' | 'kept by gateway';
}

export const untilEnd = (event: PlantEvent) => event.endedByMs ?? event.toMs;
