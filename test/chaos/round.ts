/** One round: load, faults at random moments, healing, draining, and the comparison of the state with the load. */
import { setTimeout as delay } from 'node:timers/promises';
import { checkRound } from './checks/checks.ts';
import { RoundEffects, type RunState } from './checks/run-state.ts';
import type { Scene, Target } from './faults/fault.ts';
import type { PlannedFault } from './faults/faults.ts';
import { Sensors } from './load.ts';
import { drained } from './observe/drain.ts';
import { droppedBetween, lossesBetween, statementOf } from './observe/reported.ts';
import { Watch } from './observe/watch.ts';
import type { Site } from './site/site.ts';

export interface RoundOptions {
  number: number;
  rate: number;
  seed: number;
  loadMsMin: number;
  standstillMsMax: number;
  planned: readonly PlannedFault[];
  say(text: string): void;
}

export interface RoundResult {
  number: number;
  kinds: string[];
  problems: string[];
  acked: number;
  /** Acknowledged readings that are not in the store, without an excuse. */
  lost: number;
  storedTwice: number;
  /** Readings lost when the disk failed: it had confirmed a sync that it did not do. */
  lostToFalseSync: number;
  resent: number;
  lostToDamage: number;
  droppedByPolicy: number;
  drainMs: number;
}

export async function runRound(run: RunState, options: RoundOptions): Promise<RoundResult> {
  const { site } = run;
  const { planned, say } = options;
  const effects = new RoundEffects();
  const watch = new Watch(site);
  const overtakenBefore = site.link.tap.overtaken.length;
  const sensors = await Sensors.start(site, {
    seqFirst: run.nextSeq,
    pumpStates: run.pumpStates,
    ...options,
  });
  watch.start();
  const scene = sceneOf(run, watch, effects, options);
  await Promise.all([delay(options.loadMsMin), ...planned.map((fault) => strike(fault, scene, effects))]);
  const load = await sensors.stop();
  const drainFromMs = performance.now();
  const stuck = await drained(site, options.standstillMsMax, say);
  const drainMs = performance.now() - drainFromMs;
  await watch.stop();
  if (stuck !== null) effects.problems.push(stuck);
  effects.problems.push(...site.link.tap.overtaken.slice(overtakenBefore).map((text) => `order: ${text}`));
  noteEnds(site, effects);
  effects.after = await statementOf(site, run.before.events);
  await checkRound(run, load, effects);
  const droppedByPolicy = droppedBetween(run.before, effects.after);
  const { excused, allowed, verdict } = effects;
  const lost = Math.max(0, (verdict?.lost.length ?? 0) - droppedByPolicy);
  run.history.push({ number: options.number, load, excused, allowed });
  run.nextSeq = load.nextSeq;
  run.before = effects.after;
  return {
    number: options.number,
    kinds: planned.map(({ fault }) => fault.kind),
    problems: effects.problems,
    acked: verdict?.acked ?? 0,
    lost: allowed.has('false-sync') ? 0 : lost,
    lostToFalseSync: allowed.has('false-sync') ? lost : 0,
    storedTwice: verdict?.repeated.length ?? 0,
    resent: load.reports.reduce((sum, { resent }) => sum + resent, 0),
    lostToDamage: verdict?.lostToDamage ?? 0,
    droppedByPolicy,
    drainMs,
  };
}

async function strike(
  { fault, plan, atMs }: PlannedFault,
  scene: Scene,
  effects: RoundEffects,
): Promise<void> {
  await delay(atMs);
  try {
    await plan.run(scene);
  } catch (error) {
    effects.problems.push(`${fault.kind} could not be caused or reverted: ${String(error).slice(0, 3_000)}`);
    for (const process of [scene.site.gateway, scene.site.cloud]) {
      if (!process.running) await process.start().catch((again) => scene.say(String(again)));
    }
  }
}

function noteEnds({ gateway, cloud }: Site, { allowed, problems }: RoundEffects): void {
  for (const process of [gateway, cloud]) {
    const ends = process.endedByItself.splice(0);
    if (!allowed.has('end')) problems.push(...ends);
  }
}

function sceneOf(run: RunState, watch: Watch, effects: RoundEffects, options: RoundOptions): Scene {
  return {
    site: run.site,
    watch,
    targets: new Set<Target>(options.planned.map(({ fault }) => fault.target)),
    allow(...what) {
      for (const one of what) effects.allowed.add(one);
    },
    isAllowed: (what) => effects.allowed.has(what),
    sends(readings) {
      effects.othersMax += readings;
    },
    excuse(readings) {
      for (const reading of readings) effects.excused.add(reading);
    },
    isExcused: (reading) => effects.excused.has(reading),
    losesDisk: (fromMs, toMs) => void effects.lostSpans.push({ fromMs, toMs }),
    losesEvents() {
      effects.eventsGoneMs = performance.now();
    },
    mayBeLost: (ackedMs) => effects.mayBeLost(ackedMs),
    expect: (what, check) => void effects.checks.push({ what, check }),
    losses: () => (effects.after ? lossesBetween(run.before, effects.after) : []),
    lostToDamage: () => effects.verdict?.lostToDamage ?? 0,
    isRetainedGone: () => effects.isRetainedGone,
    say: options.say,
  };
}
