/**
 * Chaos (test/chaos): faults drawn from a seed, done to real processes, and a ledger of what was acknowledged. draw/
 * draws, faults/ causes, site/ is what faults are done to, observe/ and checks/ look and compare. Faults come from
 * outside; the product has no code for them.
 *
 * A run: rounds on one site after the other, each with its own draws, and a final comparison of everything.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { influxdBinary } from '../support/influxd.ts';
import { accountsOf } from './checks/accounts.ts';
import { conditionsProblem } from './checks/conditions.ts';
import type { RunState } from './checks/run-state.ts';
import { compare } from './checks/verdict.ts';
import { drawFaults, skipped } from './faults/faults.ts';
import { statementOf } from './observe/reported.ts';
import { leaveRetained, retainedText } from './observe/retained.ts';
import { storedPumpRows, storedSeqs } from './observe/stored.ts';
import type { ChaosOptions } from './options.ts';
import { type RoundResult, runRound } from './round.ts';
import { Site, type StoreKind } from './site/site.ts';

export interface StoreReport {
  store: StoreKind;
  disks: string;
  rounds: RoundResult[];
  /** Number of rounds that were asked for; fewer are done when the time is up, or after a problem that ends the run. */
  roundsAsked: number;
  /** Problems found when everything was compared at the end. */
  finalProblems: string[];
  skipped: { kind: string; why: string }[];
  comparedConnections: number;
}

export interface ChaosReport {
  seed: number;
  stores: StoreReport[];
  /** Stores that were not tested, with the reasons. */
  untested: string[];
  problems: number;
}

/** @throws Error if a site cannot be built */
export async function runChaos(options: ChaosOptions, say: (text: string) => void): Promise<ChaosReport> {
  const endMs = performance.now() + options.minutesMax * 60_000;
  const report: ChaosReport = { seed: options.seed, stores: [], untested: [], problems: 0 };
  for (const [index, store] of options.stores.entries()) {
    const why = store === 'influx1' ? await whyNoInflux() : null;
    const nowMs = performance.now();
    const deadlineMs = nowMs + shareOf(endMs - nowMs, options.stores.length - index);
    if (why !== null) report.untested.push(`${store}: not tested, ${why}`);
    else if (nowMs >= deadlineMs) report.untested.push(`${store}: not tested, time was up`);
    else report.stores.push(await runOn(store, options, deadlineMs, say));
  }
  report.problems = report.stores.reduce(
    (sum, { rounds, finalProblems }) =>
      sum + finalProblems.length + rounds.reduce((own, { problems }) => own + problems.length, 0),
    0,
  );
  return report;
}

/** Shares the time that is left among `stores` of them, so that the first one does not take it all. */
export function shareOf(leftMs: number, stores: number): number {
  return Math.max(0, leftMs) / stores;
}

async function whyNoInflux(): Promise<string | null> {
  const binary = await influxdBinary();
  return 'unavailable' in binary ? binary.unavailable : null;
}

async function runOn(
  store: StoreKind,
  options: ChaosOptions,
  deadlineMs: number,
  say: (text: string) => void,
): Promise<StoreReport> {
  const site = await Site.start(mkdtempSync(join(tmpdir(), 'harbinger-chaos-')), store);
  const rounds: RoundResult[] = [];
  const report: StoreReport = {
    store,
    disks: `gateway ${site.gatewayDisk.kind}, cloud ${site.cloudDisk.kind}`,
    rounds,
    roundsAsked: options.rounds,
    finalProblems: [],
    skipped: skipped(site),
    comparedConnections: 0,
  };
  try {
    await leaveRetained(site, retainedText);
    const run: RunState = {
      site,
      nextSeq: 1,
      before: await statementOf(site, new Map()),
      accounts: await accountsOf(site),
      doubled: new Set(),
      mayRepeat: new Set(),
      pumpStates: new Map(),
      history: [],
    };
    const last = options.from + options.rounds - 1;
    for (let number = options.from; number <= last && performance.now() < deadlineMs; number++) {
      rounds.push(await oneRound(run, number, last, options, say));
    }
    report.finalProblems = await compareEverything(run);
    report.comparedConnections = site.link.tap.compared;
    return report;
  } catch (error) {
    // The site did not recover. Problems that were found before are kept.
    report.finalProblems.push(`the run stopped: ${String(error).slice(0, 3_000)}`);
    say(`! ${report.finalProblems[0]}`);
    return report;
  } finally {
    await site.stop();
  }
}

async function oneRound(
  run: RunState,
  number: number,
  last: number,
  options: ChaosOptions,
  say: (text: string) => void,
): Promise<RoundResult> {
  const { seed, only } = options;
  const planned = drawFaults(seed, number, run.site, only);
  say(`${run.site.store} seed ${seed} round ${number}/${last}:`);
  for (const { fault, plan, atMs } of planned)
    say(`    at ${(atMs / 1_000).toFixed(1)} s  ${fault.kind}: ${plan.text}`);
  const indented = (text: string) => say(`    ${text}`);
  const result = await runRound(run, { ...options, number, planned, say: indented });
  const { acked, resent, lostToDamage, droppedByPolicy, drainMs, problems } = result;
  const damage = lostToDamage > 0 ? `, ${lostToDamage} lost to damaged blocks and reported` : '';
  const dropped = droppedByPolicy > 0 ? `, ${droppedByPolicy} dropped by policy and counted` : '';
  say(
    `    ${problems.length === 0 ? 'ok' : 'FAILED'}: ${acked} acked, ${resent} resent, drained in ` +
      `${(drainMs / 1_000).toFixed(1)} s${damage}${dropped}`,
  );
  for (const problem of problems) say(`    ! ${problem}`);
  return result;
}

/** Checks that later rounds did not damage what earlier ones stored, and that nothing is said to be wrong for ever. */
async function compareEverything({ site, history }: RunState): Promise<string[]> {
  const problems: string[] = [];
  let pumpReadings = 0;
  let maybe = 0;
  for (const { number, load, excused, allowed } of history) {
    const from = Math.min(...load.machines.map(({ first }) => first));
    const { lost, repeated, strangers } = compare(
      load.machines,
      await storedSeqs(site, from, load.nextSeq),
      excused,
    );
    if (lost.length > 0 && !allowed.has('dropped') && !allowed.has('false-sync'))
      problems.push(`at the end, round ${number}: LOST ${lost.length}`);
    if (repeated.length > 0) problems.push(`at the end, round ${number}: DUPLICATED ${repeated.length}`);
    if (strangers.length > 0) problems.push(`at the end, round ${number}: ${strangers.length} never sent`);
    pumpReadings += load.pumpReadings;
    maybe += load.plantUnacked;
    if (allowed.has('dropped') || allowed.has('false-sync') || excused.size > 0)
      maybe = Number.POSITIVE_INFINITY;
  }
  const rows = await storedPumpRows(site);
  if (rows > pumpReadings) problems.push(`pumps: ${rows} rows of ${pumpReadings} readings`);
  const condition = await conditionsProblem(site);
  if (condition !== null) problems.push(condition);
  if (rows < pumpReadings - maybe) problems.push(`pumps: only ${rows} rows of ${pumpReadings} readings`);
  return problems;
}
