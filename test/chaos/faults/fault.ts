import { setTimeout as delay } from 'node:timers/promises';
import type { JournalLoss } from '../../../shared/contract/events.ts';
import type { Draw } from '../draw/draw.ts';
import type { Watch } from '../observe/watch.ts';
import type { Site } from '../site/site.ts';

/** The part that a fault affects. Each has one fault at a time; faults of different targets overlap. */
export type Target = 'gateway' | 'cloud' | 'link' | 'store' | 'sensors';

/** Effects that the faults of a round may have; without them they are problems. */
export type Allowance =
  /** Readings dropped by policy, as far as they are counted. */
  | 'dropped'
  /** May be reported as a loss. */
  | 'torn-tail'
  | 'damaged-block'
  /** A process may end by itself; it is started again. */
  | 'end'
  /** Device times may be refused, so that times no longer tell the order. */
  | 'disorder'
  /** Disorder of readings without a time of their own, which get the gateway's. */
  | 'disorder-untimed'
  /** The gateway may forget its open predictions; it says so. */
  | 'alerts-forgotten'
  /** The cloud may have forgotten open predictions: its database was taken from it. */
  | 'alerts-unknown'
  /** The gateway's state of alerts is older than the cloud's: it may report predictions again. */
  | 'rolled-back'
  /** Dead letters may be more or fewer than what was sent. */
  | 'letters'
  /** Retained messages may be gone; the log says so. */
  | 'retained-lost'
  /** Estimates, not readings or events, may be lost. */
  | 'estimates-lost'
  | 'quarantined'
  /** Data synced at one moment may be lost although the system confirmed the sync. */
  | 'false-sync';

/** Null if it is as it should be, otherwise what is wrong. */
export type Check = () => string | null | Promise<string | null>;

/** Given to a fault while it runs; it also takes the conditions that must hold afterwards. */
export interface Scene {
  site: Site;
  watch: Watch;
  /** Other kinds under way in this round: some statements only hold without them. */
  targets: ReadonlySet<Target>;
  allow(...what: Allowance[]): void;
  isAllowed(what: Allowance): boolean;
  /** Readings whose blocks were damaged on the disk. */
  excuse(readings: readonly string[]): void;
  /** Asked when everything is healed and drained. */
  expect(what: string, check: Check): void;
  /** Losses that the gateway has reported in this round; for checks. */
  losses(): readonly JournalLoss[];
  /** How many acknowledged readings are missing that were excused; for checks. */
  lostToDamage(): number;
  /** Whether the retained message was gone; for checks. */
  isRetainedGone(): boolean;
  say(text: string): void;
}

export interface Plan {
  /** Describes the fault, for whoever repeats the run. */
  text: string;
  /** Does it and undoes it. */
  run(scene: Scene): Promise<void>;
}

export interface Fault {
  kind: string;
  target: Target;
  /** Why it cannot be done to this site; absent or null if it can. */
  unavailable?(site: Site): string | null;
  plan(draw: Draw, site: Site): Plan;
}

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

export const pause = (ms: number): Promise<void> => delay(ms);

const askAgainMs = 200;

/**
 * Polls for a while, since a system reports events with a delay. The limit is counted in
 * polls, so that a slow machine has as many as a fast one.
 */
export async function eventually(check: Check, msMax = 60_000): Promise<string | null> {
  for (let left = msMax / askAgainMs; ; left--) {
    const problem = await Promise.resolve()
      .then(check)
      .catch((error: unknown) => String(error));
    if (problem === null || left <= 0) return problem;
    await delay(askAgainMs);
  }
}
