import { setTimeout as delay } from 'node:timers/promises';
import type { JournalLoss } from '../../../shared/contract/events.ts';
import type { Draw } from '../draw/draw.ts';
import type { Watch } from '../observe/watch.ts';
import type { Site } from '../site/site.ts';

/** The part that a fault affects. Each has one fault at a time; faults of different targets overlap. */
export type Target = 'gateway' | 'cloud' | 'link' | 'store' | 'sensors';

/** Effects that the faults of a round permit. Without a permit they are problems. */
export type Allowance =
  /** Readings may be dropped by policy, if they are counted. */
  | 'dropped'
  /** A torn tail may be reported as a loss. */
  | 'torn-tail'
  | 'damaged-block'
  /** A process may stop by itself; it is started again. */
  | 'end'
  /** Device times may be refused, so that times no longer tell the order. */
  | 'disorder'
  /** Readings without a time of their own, which get the gateway's, may be out of order. */
  | 'disorder-untimed'
  /** The gateway may lose its open predictions, and says so. */
  | 'alerts-forgotten'
  /** The cloud may lose open predictions, because its database was removed. */
  | 'alerts-unknown'
  /** The gateway's state of alerts is older than the cloud's: it may report predictions again. */
  | 'rolled-back'
  /** The number of dead letters may differ from the number of bad messages. */
  | 'letters'
  /** The cloud may be an earlier one again: what only gateways of the tests have sent is gone. */
  | 'cloud-put-back'
  /** Retained messages may be lost; the log says so. */
  | 'retained-lost'
  /** Estimates may be lost, but not readings or events. */
  | 'estimates-lost'
  | 'quarantined'
  /** The gateway may be not ready for a while, because its data thread is busy with a message that never ends. */
  | 'unready'
  /** Data synced at one moment may be lost although the system confirmed the sync. */
  | 'false-sync';

/** Returns null if the condition holds, otherwise a sentence that says how it is broken. */
export type Check = () => string | null | Promise<string | null>;

/** Given to a fault while it runs; it also takes the conditions that must hold afterwards. */
export interface Scene {
  site: Site;
  watch: Watch;
  /** Targets of other faults in this round: some conditions hold only without them. */
  targets: ReadonlySet<Target>;
  allow(...what: Allowance[]): void;
  isAllowed(what: Allowance): boolean;
  /** Announces readings that the fault sends besides the load and the pumps: at most so many. */
  sends(readings: number): void;
  /** Readings whose blocks were damaged on the disk. */
  excuse(readings: readonly string[]): void;
  /** True if the reading, `machine#number`, was excused; to be asked in conditions. */
  isExcused(reading: string): boolean;
  /** Notes that what was journalled between these times of `performance.now()` was on a lost disk, and on no copy. */
  losesDisk(fromMs: number, toMs: number): void;
  /** Notes that the events which the cloud has got until now are removed. */
  losesEvents(): void;
  /** True if what was acknowledged at this time may be gone with a disk; to be asked in conditions. */
  mayBeLost(ackedMs: number): boolean;
  /** Adds a condition that is checked after everything is healed and drained. */
  expect(what: string, check: Check): void;
  /** Losses that the gateway has reported in this round, for checks. */
  losses(): readonly JournalLoss[];
  /** Number of missing acknowledged readings that were excused, for checks. */
  lostToDamage(): number;
  /** Whether the retained message was lost, for checks. */
  isRetainedGone(): boolean;
  say(text: string): void;
}

export interface Plan {
  /** Describes the fault to a person who repeats the run. */
  text: string;
  /** Causes the fault and reverts it. */
  run(scene: Scene): Promise<void>;
}

export interface Fault {
  kind: string;
  target: Target;
  /** Returns why the fault is not possible at this site, or null. Absent: it is always possible. */
  unavailable?(site: Site): string | null;
  plan(draw: Draw, site: Site): Plan;
}

/** Returns which acknowledged readings of a machine must be stored: all but those that a damaged or lost disk had. */
export function due(
  scene: Pick<Scene, 'isExcused'>,
  machine: string,
  sent: readonly number[],
  stored: readonly number[],
): number[] {
  return sent.filter((number) => stored.includes(number) || !scene.isExcused(`${machine}#${number}`));
}

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

export const pause = (ms: number): Promise<void> => delay(ms);

const askAgainMs = 200;

/**
 * Polls until the check passes, because a system reports events with a delay. The limit is a number of polls, so that a
 * slow machine has as many as a fast one.
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
