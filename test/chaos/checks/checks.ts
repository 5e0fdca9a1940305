/**
 * The invariants (test/chaos/checks) that must hold after every round, whatever its faults were. Checks read what
 * ../observe sees and what ../../load has recorded; they change nothing.
 */

import { eventually, pause } from '../faults/fault.ts';
import { inFlightMax, isUntimed, type RoundLoad } from '../load.ts';
import {
  droppedBetween,
  isOfGateway,
  lossesBetween,
  newEvents,
  type Statement,
} from '../observe/reported.ts';
import { leaveRetained, retainedNow, retainedText } from '../observe/retained.ts';
import { storedEventIds, storedSeqs } from '../observe/stored.ts';
import { accountProblems, accountsOf, wellProblem } from './accounts.ts';
import type { RoundEffects, RunState } from './run-state.ts';
import { compare, compareEvents, type Verdict } from './verdict.ts';

const metricsAgeMsMax = 1_200;

export async function checkRound(run: RunState, load: RoundLoad, effects: RoundEffects): Promise<void> {
  const { site, before } = run;
  const { excused, problems, checks } = effects;
  const after = effects.after!;
  for (const report of load.reports) {
    if (report.end !== 'stopped')
      problems.push(`the load stopped early: ${report.end}, ${report.sent - report.acked} unacknowledged`);
  }
  const stored = await storedSeqs(site, run.nextSeq, load.nextSeq);
  const verdict = compare(load.machines, stored, excused);
  effects.verdict = verdict;
  if (verdict.acked === 0) problems.push('nothing was acknowledged, so nothing was compared');
  problems.push(...readingProblems(verdict, droppedBetween(before, after), effects));
  const { pumpRows } = run.accounts;
  problems.push(...(await metricProblems(run, verdict, effects)));
  problems.push(...pumpProblems(run.accounts.pumpRows - pumpRows, load, effects));
  problems.push(...eventProblems(before, after, load, effects));
  if (effects.allowed.has('rolled-back')) for (const id of after.gatewayOpen) run.mayRepeat.add(id);
  const isRepeat = (id: string) =>
    effects.allowed.has('rolled-back') || [...run.mayRepeat].some((prediction) => id.startsWith(prediction));
  const sent = newEvents(before, after).filter(isOfGateway);
  const { twice, missing } = compareEvents(await storedEventIds(site), sent, run.doubled);
  // The cloud acts on an event before its store has it; a gateway that was rolled back may have lost the event by then.
  const mayBeMissing = effects.allowed.has('false-sync') || effects.allowed.has('rolled-back');
  if (missing.length > 0 && !mayBeMissing)
    problems.push(`LOST ${missing.length} events that the cloud lists: ${some(missing)}`);
  for (const id of twice) run.doubled.add(id);
  if (twice.some((id) => !isRepeat(id))) problems.push(`EVENTS with two lines in the store: ${some(twice)}`);
  problems.push(...statementProblems(before, after, effects));
  const unwell = await eventually(() => wellProblem(site));
  if (unwell !== null) problems.push(`HEALTH: ${unwell}`);
  await checkRetained(run, effects);
  for (const { what, check } of checks) {
    const problem = await Promise.resolve()
      .then(check)
      .catch((error: unknown) => String(error));
    if (problem !== null) problems.push(`${what}: ${problem}`);
  }
}

const some = (names: readonly string[]) => `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;

function readingProblems(verdict: Verdict, dropped: number, { allowed }: RoundEffects): string[] {
  const { lost, repeated, strangers } = verdict;
  const disordered = verdict.disordered.filter(
    (name) => !(allowed.has('disorder-untimed') && isUntimed(name)),
  );
  const problems: string[] = [];
  const isFalseSync = allowed.has('false-sync') && lost.length <= inFlightMax;
  if (lost.length > dropped && !isFalseSync) {
    const counted = dropped > 0 ? ` (${dropped} were counted as dropped)` : '';
    problems.push(`LOST ${lost.length} acknowledged readings${counted}: ${some(lost)}`);
  }
  if (dropped > 0 && !allowed.has('dropped')) problems.push(`${dropped} lines were dropped without need`);
  if (repeated.length > 0) problems.push(`DUPLICATED ${repeated.length} readings: ${some(repeated)}`);
  if (strangers.length > 0) problems.push(`${strangers.length} readings were never sent: ${some(strangers)}`);
  if (disordered.length > 0 && !allowed.has('disorder'))
    problems.push(`ORDER: ${disordered.length} readings before earlier ones: ${some(disordered)}`);
  return problems;
}

/** Compares the rows of the pumps with the number of readings that they took and of messages not acknowledged. */
function pumpProblems(rows: number, load: RoundLoad, { allowed, excused }: RoundEffects): string[] {
  const mayBeLess = allowed.has('dropped') || allowed.has('false-sync') || excused.size > 0;
  const least = load.pumpReadings - load.plantUnacked;
  return rows < least && !mayBeLess ? [`LOST readings of pumps: ${rows} rows of at least ${least}`] : [];
}

/**
 * Without these the counts are comparable. On a full disk the gateway counts readings that it then refuses, and
 * readings in damaged blocks were counted and are lost.
 */
const incomparable = ['dropped', 'false-sync', 'damaged-block', 'end'] as const;

async function metricProblems(
  run: RunState,
  { stored }: Verdict,
  { allowed, othersMax }: RoundEffects,
): Promise<string[]> {
  const { accounts: before } = run;
  // Metrics are up to a second old.
  await pause(metricsAgeMsMax);
  const isComparable = !incomparable.some((one) => allowed.has(one));
  const problem = await eventually(async () => {
    run.accounts = await accountsOf(run.site);
    return isComparable ? accountProblems(before, run.accounts, stored, othersMax).join('; ') || null : null;
  }, 20_000);
  return problem === null ? [] : [problem];
}

/** Each lifecycle message must be one event; each prediction must be opened once. */
function eventProblems(
  before: Statement,
  after: Statement,
  load: RoundLoad,
  effects: RoundEffects,
): string[] {
  const problems = after.eventsRepeated.map((id) => `EVENT ${id} is listed twice`);
  const events = newEvents(before, after);
  const arrived = events.flatMap(({ type, subject }) => {
    const state = /machine\.(failed|replaced)\.v1$/.exec(type)?.[1];
    return state ? [`${subject}/${state}`] : [];
  });
  for (const name of new Set([...load.lifecycle.map((notice) => notice.name), ...arrived])) {
    const notices = load.lifecycle.filter((notice) => notice.name === name);
    const [sent, came] = [notices.length, arrived.filter((one) => one === name).length];
    // A message repeated after a stop without an acknowledgement may have arrived before; and what only a lost disk, or a database that was
    // removed, had is gone with it.
    const isKept = (atMs: number) => atMs > effects.eventsGoneMs && !effects.mayBeLost(atMs);
    const kept = notices.filter(({ atMs }) => isKept(atMs)).length;
    const least = load.plantUnacked > 0 ? 0 : load.plantRepeats ? kept - 1 : kept;
    if (came > sent || came < least)
      problems.push(`EVENTS ${name}: ${sent} sent and acknowledged, ${came} arrived`);
  }
  const opened = [...after.events.values()]
    .filter(({ type }) => type === 'io.harbinger.prediction.opened.v1')
    .map(({ data }) => ('predictionId' in data ? data.predictionId : ''));
  if (new Set(opened).size !== opened.length) problems.push('a prediction was opened twice');
  return problems;
}

/** Every reported loss must have a cause, and the two sides must agree about the open predictions. */
function statementProblems(before: Statement, after: Statement, { allowed }: RoundEffects): string[] {
  const problems: string[] = [];
  for (const loss of lossesBetween(before, after)) {
    const excuse = loss.cause === 'backlog-full' ? 'dropped' : loss.cause;
    const isExpected = [...allowed].some((one) => one === excuse);
    if (!isExpected) problems.push(`reported a loss that nothing caused: ${JSON.stringify(loss)}`);
  }
  if (after.quarantined > before.quarantined && !allowed.has('quarantined'))
    problems.push(
      `${after.quarantined - before.quarantined} entries in quarantine, nothing was poisoned: ${after.quarantineReasons.join(' | ')}`,
    );
  if (after.deadLetters < before.deadLetters && !allowed.has('letters'))
    problems.push(`dead letters fell from ${before.deadLetters} to ${after.deadLetters}`);
  const unknown = after.gatewayOpen.filter(
    (id) => !after.cloudOpen.includes(id) && !before.unknown.includes(id),
  );
  const mayBeUnknown = allowed.has('alerts-unknown') || allowed.has('rolled-back');
  after.unknown = mayBeUnknown ? [...before.unknown, ...unknown] : before.unknown;
  if (unknown.length > 0 && !mayBeUnknown)
    problems.push(`ALERTS open at the gateway, not in the cloud: ${some(unknown)}`);
  const orphans = after.cloudOpen.filter(
    (id) => !after.gatewayOpen.includes(id) && !before.orphans.includes(id),
  );
  if (allowed.has('alerts-forgotten')) after.orphans = [...before.orphans, ...orphans];
  else {
    after.orphans = before.orphans;
    if (orphans.length > 0) problems.push(`ALERTS open in the cloud, not at the gateway: ${some(orphans)}`);
  }
  return problems;
}

async function checkRetained({ site }: RunState, effects: RoundEffects): Promise<void> {
  const { allowed, problems } = effects;
  try {
    const text = await retainedNow(site);
    if (text === retainedText) return;
    effects.isRetainedGone = true;
    if (!allowed.has('retained-lost'))
      problems.push(`the retained message is ${text === null ? 'gone' : 'another'}`);
    await leaveRetained(site, retainedText);
  } catch (error) {
    problems.push(`retained message: ${String(error)}`);
  }
}
