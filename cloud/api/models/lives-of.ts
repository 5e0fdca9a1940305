/** Lives of machines, by what was reported and said of them. */

import type { MaintainedKind } from '../../../shared/contract/alerts/machine-maintained.ts';
import { type HarbingerEvent, isEventOf } from '../../../shared/contract/events.ts';
import { type CountedOutcomes, type MachineLife, noOutcomes } from '../../../shared/contract/models/lives.ts';
import type { EventHistory } from '../../ports/history.ts';
import type { LogEntry } from '../../ports/machine-log/machine-log.ts';
import type { MachineState } from '../../ports/machines.ts';
import type { Outcome, Verdict, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import type { RetiredMachines } from '../../ports/retired/retired.ts';

interface Mark {
  atMs: number;
  what: 'failed' | 'stopped' | 'replaced';
}

interface Known {
  name: Pick<MachineLife, 'gateway' | 'site' | 'machine'>;
  marks: Mark[];
  warnings: WarningOutcome[];
  /** Failures that nobody was warned of. */
  missedMs: number[];
  state: MachineState | null;
}

export interface LivesSource {
  machines: readonly MachineState[];
  outcomes: Iterable<Outcome>;
  events: EventHistory;
  log: Iterable<LogEntry>;
  /** The names that machines had before. */
  formerNames: RetiredMachines['formerNames'];
  machineType: string;
  untilMs: number;
}

/** A machine that was repaired begins another life too: the hours before it end in no failure, and say nothing of those after. */
const endOf: Readonly<Partial<Record<MaintainedKind, Mark['what']>>> = {
  replaced: 'replaced',
  repaired: 'replaced',
  retired: 'stopped',
};

const pageMax = 500;

/** The lives that ended or began before `untilMs`, the machines by name and the oldest life of each first. */
export function livesOf({
  machines,
  outcomes,
  events,
  log,
  formerNames,
  machineType,
  untilMs,
}: LivesSource): MachineLife[] {
  const known = new Map<string, Known>();
  const ofType = machines.filter((each) => each.machineType === machineType);
  const nameAt = namesOf(ofType, formerNames);
  const of = (said: Known['name'], atMs: number): Known => {
    const { gateway, site, machine } = nameAt(said, atMs);
    const key = keyOf({ gateway, site, machine });
    const found = known.get(key);
    if (found) return found;
    const fresh = { name: { gateway, site, machine }, marks: [], warnings: [], missedMs: [], state: null };
    known.set(key, fresh);
    return fresh;
  };
  for (const state of ofType) {
    const now = of(state, Number.POSITIVE_INFINITY);
    now.state = state;
    const { condition, conditionMs } = state;
    if (condition === 'running' && conditionMs !== undefined)
      now.marks.push({ atMs: conditionMs, what: 'replaced' });
  }
  for (const outcome of outcomes) {
    const atMs = Date.parse(outcome.kind === 'warning' ? outcome.openedAt : outcome.failedAt);
    if (outcome.machineType === machineType) note(of(outcome, atMs), outcome);
  }
  for (const { gateway, site, machine, atMs } of replacements(events, machineType))
    of({ gateway, site, machine }, atMs).marks.push({ atMs, what: 'replaced' });
  for (const entry of log) {
    const what = endOf[entry.kind];
    if (entry.machineType === machineType && what)
      of(entry, entry.atMs).marks.push({ atMs: entry.atMs, what });
  }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, each]) => livesOfMachine(each, untilMs));
}

const keyOf = ({ gateway, site, machine }: Known['name']) => `${site}/${machine}/${gateway}`;

/**
 * Says which name a machine has now that had one at some time. Its lives are those of one machine: under two names, one could be learnt
 * from and the other one held back.
 */
function namesOf(machines: readonly MachineState[], formerNames: LivesSource['formerNames']) {
  const spans = new Map<string, { fromMs: number; toMs: number; now: Known['name'] }[]>();
  for (const now of machines)
    for (const former of formerNames(now)) {
      const key = keyOf(former);
      const known = spans.get(key) ?? [];
      spans.set(key, known);
      known.push({ fromMs: former.afterMs ?? Number.NEGATIVE_INFINITY, toMs: former.untilMs, now });
    }
  return (said: Known['name'], atMs: number): Known['name'] =>
    spans.get(keyOf(said))?.find(({ fromMs, toMs }) => atMs > fromMs && atMs <= toMs)?.now ?? said;
}

function note(machine: Known, outcome: Outcome): void {
  if (outcome.kind === 'warning') {
    machine.warnings.push(outcome);
    return;
  }
  const atMs = Date.parse(outcome.failedAt);
  const { verdict, usedSinceMs } = outcome;
  const isFailure = verdict === 'confirmed' || verdict === 'missed';
  machine.marks.push({ atMs, what: isFailure ? 'failed' : 'stopped' });
  // Events are kept for a shorter time than outcomes are.
  if (usedSinceMs !== undefined) machine.marks.push({ atMs: usedSinceMs, what: 'replaced' });
  if (verdict === 'missed') machine.missedMs.push(atMs);
}

function* replacements(events: EventHistory, machineType: string) {
  let before: string | undefined;
  do {
    const page = events.page({ limit: pageMax, ...(before !== undefined && { before }) });
    for (const event of page.items) {
      const replaced = replacementIn(event);
      if (replaced?.machineType === machineType) yield replaced;
    }
    before = page.next ?? undefined;
  } while (before !== undefined);
}

function replacementIn(event: HarbingerEvent) {
  if (!isEventOf(event, 'io.harbinger.machine.replaced.v1')) return null;
  const { site, machine, machineType } = event.data;
  const gateway = event.source.split('/').at(-1) ?? '';
  return { gateway, site, machine, machineType, atMs: Date.parse(event.time) };
}

function livesOfMachine({ name, marks, warnings, missedMs, state }: Known, untilMs: number): MachineLife[] {
  const lives: MachineLife[] = [];
  const add = (fromMs: number | null, toMs: number, end: MachineLife['end']) => {
    const isIn = (ms: number) => ms > (fromMs ?? Number.NEGATIVE_INFINITY) && ms <= toMs;
    const own = warnings.filter(({ openedAt }) => isIn(Date.parse(openedAt)));
    const missed = missedMs.filter(isIn).length;
    lives.push({ ...name, fromMs, toMs, end, outcomes: { ...counted(own), missed } });
  };
  const order = { failed: 0, stopped: 1, replaced: 2 };
  const sorted = marks
    .filter(({ atMs }) => atMs <= untilMs)
    .sort((a, b) => a.atMs - b.atMs || order[a.what] - order[b.what]);
  let fromMs: number | null = null;
  let isDown = false;
  for (const { atMs, what } of sorted) {
    // The same replacement is known by several ways.
    if (fromMs === atMs && what === 'replaced') {
      isDown = false;
      continue;
    }
    // A machine that has failed lives again once it was replaced. Told twice, or without such a report, nobody knows since when.
    if (!isDown) add(fromMs, atMs, what);
    fromMs = atMs;
    isDown = what !== 'replaced';
  }
  if (state && !isDown) add(fromMs, untilMs, 'running');
  return lives;
}

const countOf: Readonly<Record<Verdict, keyof CountedOutcomes>> = {
  ...{ confirmed: 'confirmed', 'false-alarm': 'falseAlarms', missed: 'missed' },
  ...{ planned: 'planned', unknown: 'unknown' },
};

function counted(warnings: readonly WarningOutcome[]): CountedOutcomes {
  const counts = noOutcomes();
  for (const { verdict } of warnings) counts[countOf[verdict]] += 1;
  return counts;
}
