import type { EndedInCloud } from '../../shared/contract/alerts/ended-in-cloud.ts';
import type { DecisionRecord } from '../../shared/contract/events.ts';
import { configuredName, configuredTables, createPart } from '../../shared/parts/registry.ts';
import { readSeam, reporterOfSeam, type Seam } from '../../shared/parts/seam.ts';
import { type Reporter, reporterOfRoom } from '../../shared/parts/statistics.ts';
import type { AlertInput, Assessors, Decision, OpenAlert } from '../ports/decision.ts';
import type { AnyDecisionPart, DecisionDeps } from '../ports/decisions/decision-part.ts';
import type { ReplayOutcome, StoredReadings } from '../ports/replay/replay.ts';
import type { LifecycleNotice } from '../ports/watch.ts';
import { decisions } from './decisions.ts';
import { decisionsReport } from './statistics.ts';

const seamOf = (parts: readonly AnyDecisionPart[]): Seam => ({ heading: 'Decision', parts });
export const decisionSeam = seamOf(decisions);

/** The decisions of a gateway, each to be started and stopped by its name. */
export interface Decisions {
  running: readonly { name: string; made: Decision }[];
  /** Resolves when every kind has decided, and what follows is journalled. Never rejects. */
  evaluate(inputs: readonly AlertInput[]): Promise<void>;
  /** Tells every kind that a machine failed or was replaced. Never rejects. */
  lifecycle(notice: LifecycleNotice): Promise<void>;
  /** Tells every kind which alerts are over in the cloud. Never rejects. */
  ended(alerts: readonly EndedInCloud[]): Promise<void>;
  /** Has every kind tell the cloud what is open. Never rejects. */
  tellOpen(): Promise<void>;
  /** Tells every kind that a machine was retired. Returns false if none knew it. Never rejects. */
  retired(site: string, machine: string): Promise<boolean>;
  /** True if a kind can change something when it hears again that this machine is heard. */
  awaitsHearing(machine: { site: string; machine: string }): boolean;
  /** Repeats recorded decisions, one request at a time. Returns one outcome for each, in the same order. Never rejects. */
  replay(records: readonly DecisionRecord[], stored?: readonly StoredReadings[]): Promise<ReplayOutcome[]>;
  /** The open alerts of all kinds, after their start. */
  open(): OpenAlert[];
  /** Report the counts of all kinds, and the statistics of each. */
  reporters: Reporter[];
}

/** Returns the assessors alone, of what has more. */
export function assessorsOf({
  modelAssessor,
  selfLearnedAssessor,
  rulesAssessor,
}: Required<Assessors>): Assessors {
  return { modelAssessor, selfLearnedAssessor, rulesAssessor };
}

/** Creates every kind of decision, as the table `[decisions]` configures it. @param parts the registry */
export async function createDecisions(
  table: Readonly<Record<string, unknown>>,
  deps: DecisionDeps,
  parts: readonly AnyDecisionPart[] = decisions,
): Promise<Decisions> {
  const running = await Promise.all(
    configuredTables(parts, table).map(async (configured) => ({
      name: configuredName(configured),
      made: await createPart<DecisionDeps, Decision>(parts, configured, deps),
    })),
  );
  let replaying: Promise<unknown> = Promise.resolve();
  const counts = () => ({ decisions: running.map(({ name, made }) => ({ name, ...countsOf(made) })) });
  return {
    running,
    async evaluate(inputs) {
      await Promise.all(running.map(({ made }) => made.evaluate?.(inputs)));
    },
    async lifecycle(notice) {
      await Promise.all(running.map(({ made }) => made.lifecycle?.(notice)));
    },
    async ended(alerts) {
      await Promise.all(running.map(({ made }) => made.ended?.(alerts)));
    },
    async tellOpen() {
      await Promise.all(running.map(({ made }) => made.tellOpen?.()));
    },
    async retired(site, machine) {
      const known = await Promise.all(running.map(({ made }) => made.retired?.(site, machine) ?? false));
      return known.includes(true);
    },
    awaitsHearing: ({ site, machine }) =>
      running.some(({ made }) => made.awaitsHearing?.(site, machine) ?? false),
    replay(records, stored = []) {
      const replayed = replaying.then(() => replayAll(running, records, stored));
      replaying = replayed;
      return replayed;
    },
    open: () => running.flatMap(({ made }) => [...(made.open?.() ?? [])]),
    reporters: [
      reporterOfRoom(decisionsReport, counts),
      reporterOfSeam(seamOf(parts), () => readSeam(running)),
    ],
  };
}

async function replayAll(
  running: Decisions['running'],
  records: readonly DecisionRecord[],
  stored: readonly StoredReadings[],
): Promise<ReplayOutcome[]> {
  const outcomes = new Map<DecisionRecord, ReplayOutcome>();
  for (const { made } of running) {
    const its = records.filter(({ decision }) => decision === made.stats().decision.name);
    const replayed = its.length === 0 ? [] : ((await made.replay?.(its, stored)) ?? []);
    replayed.forEach((outcome, i) => {
      outcomes.set(its[i]!, outcome);
    });
  }
  return records.map(
    (record) =>
      outcomes.get(record) ?? {
        decisionId: record.decisionId,
        outcome: 'impossible',
        detail: `this gateway repeats no decisions of kind '${record.decision}'`,
      },
  );
}

/** Without what a kind counts beside them, which is in its own report. */
function countsOf(made: Decision) {
  const { decision, dropped, events } = made.stats();
  return { decision, dropped, events: { pending: events.pending } };
}
