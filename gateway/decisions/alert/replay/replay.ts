/**
 * Replays of decisions about alerts (gateway/decisions/alert/replay): asks the assessor that answered, in the version that answered,
 * about the same window, and compares its answer with the recorded one. Whether an alert follows depends on what went before,
 * and is not repeated.
 */
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { AlertInput, Assessor, Assessors, LimitState } from '../../../ports/decision.ts';
import type {
  FoundWindow,
  RecordedWindows,
  ReplayOutcome,
  StoredReadings,
} from '../../../ports/replay/replay.ts';
import { compared, figuresOf } from './compare.ts';

/** Windows that are assessed at once. */
const batchMax = 64;

export interface ReplayParts extends Assessors {
  /** Absent: no decision can be repeated. */
  windows?: RecordedWindows;
}

const noWindows: RecordedWindows = {
  find: async (_, records) => records.map(() => ({ missing: 'windows are not found again here' })),
};

interface Repeatable {
  record: DecisionRecord;
  input: AlertInput;
  assessor: Assessor;
}

/** Returns one outcome for each record, in the same order. */
export async function replayAlerts(
  records: readonly DecisionRecord[],
  parts: ReplayParts,
  stored: readonly StoredReadings[] = [],
): Promise<ReplayOutcome[]> {
  const { windows = noWindows } = parts;
  const outcomes = new Map<DecisionRecord, ReplayOutcome>();
  const impossible = (
    record: DecisionRecord,
    detail: string,
    more: Pick<ReplayOutcome, 'isStoredWanted'> = {},
  ) => outcomes.set(record, { decisionId: record.decisionId, outcome: 'impossible', detail, ...more });
  const repeatable: Repeatable[] = [];
  for (const [subject, group] of bySubject(records)) {
    const [site = '', machine = ''] = subject.split('/');
    const possible = group.filter((record) => {
      const why = reasonAgainst(record);
      if (why !== null) impossible(record, why);
      return why === null;
    });
    const found = await windows.find({ site, machine }, possible, stored);
    for (const [i, record] of possible.entries()) {
      const window = found[i]!;
      const input = inputOf(record, { site, machine }, window);
      const assessor = assessorOf(record, parts);
      const why = typeof input === 'string' ? input : assessor.notRepeatable?.(input);
      if ('missing' in window && window.isStoredWanted)
        impossible(record, window.missing, { isStoredWanted: true });
      else if (typeof input === 'string' || why) impossible(record, why ?? 'it cannot be repeated');
      else repeatable.push({ record, input, assessor });
    }
  }
  for (let at = 0; at < repeatable.length; at += batchMax)
    for (const outcome of await repeat(repeatable.slice(at, at + batchMax)))
      outcomes.set(outcome.record, outcome.replayed);
  return records.map((record) => outcomes.get(record)!);
}

/** Returns why a decision cannot be repeated whatever its readings are; null if it may be. */
function reasonAgainst({ policy, answer, inputs }: DecisionRecord): string | null {
  if (policy.name === 'lifecycle') return 'nobody was asked: a machine ended, or a person closed an alert';
  if (inputs.silence) return 'no readings were judged: it was about whether the machine is silent';
  if (answer.detector)
    return `it was judged by the machine’s own past (${policy.name} ${policy.version}), of which no snapshot was kept with the decision`;
  return null;
}

function assessorOf(
  { answer, inputs }: DecisionRecord,
  { modelAssessor, rulesAssessor }: Assessors,
): Assessor {
  if (!answer.model) return rulesAssessor;
  const model = answer.model as { name: string; version: string };
  return modelAssessor.ofModel?.(String(inputs.machineType), model) ?? modelAssessor;
}

function inputOf(
  record: DecisionRecord,
  about: { site: string; machine: string },
  found: FoundWindow,
): AlertInput | string {
  const { inputs } = record;
  if ('missing' in found) return found.missing;
  const { type, window } = found;
  const limits = inputs.limits as LimitState[] | undefined;
  return {
    machine: { ...about, type },
    timeMs: Date.parse(record.window?.end ?? String(inputs.time)),
    window,
    rows: record.window?.rows ?? 0,
    ...(inputs.isShort === true && { isShort: true }),
    ...(limits && { limits }),
  };
}

async function repeat(
  batch: readonly Repeatable[],
): Promise<{ record: DecisionRecord; replayed: ReplayOutcome }[]> {
  const byAssessor = new Map<Assessor, Repeatable[]>();
  for (const each of batch) byAssessor.set(each.assessor, [...(byAssessor.get(each.assessor) ?? []), each]);
  const done = await Promise.all(
    [...byAssessor].map(async ([assessor, group]) => {
      const answers = await answersOf(assessor, group);
      return group.map(({ record }, i) => ({
        record,
        replayed:
          typeof answers === 'string'
            ? refused(record, answers)
            : judged(record, answers[i] ?? null, assessor.backend),
      }));
    }),
  );
  return done.flat();
}

/** Returns the answers, or why there are none. */
async function answersOf(
  assessor: Assessor,
  group: readonly Repeatable[],
): Promise<(Assessment | null)[] | string> {
  try {
    return await assessor.assess(
      group.map(({ input }) => input),
      new AbortController().signal,
    );
  } catch (error) {
    return `${assessor.name} does not answer now: ${messageOf(error)}`;
  }
}

const refused = ({ decisionId }: DecisionRecord, detail: string): ReplayOutcome => ({
  decisionId,
  outcome: 'impossible',
  detail,
});

function judged(
  record: DecisionRecord,
  answer: Assessment | null,
  backend: string | undefined,
): ReplayOutcome {
  const { decisionId, policy } = record;
  const model = record.answer.model as { name: string; version: string } | null;
  const type = String(record.inputs.machineType);
  if (!answer)
    return refused(
      record,
      model
        ? `model ${model.name} ${model.version} is not installed for machine type '${type}'`
        : 'nothing answers about it now',
    );
  if (model && (answer.model?.name !== model.name || answer.model.version !== model.version))
    return refused(
      record,
      `model ${model.name} ${model.version} is not installed for machine type '${type}': ${answer.model?.name} ${answer.model?.version} is`,
    );
  const isOtherBackend = policy.backend !== undefined && backend !== undefined && policy.backend !== backend;
  const figures = figuresOf(record, answer);
  return {
    decisionId,
    ...compared(figures, isOtherBackend ? { recorded: policy.backend!, replayed: backend } : null),
    figures,
  };
}

function bySubject(records: readonly DecisionRecord[]): Map<string, DecisionRecord[]> {
  const groups = new Map<string, DecisionRecord[]>();
  for (const record of records) {
    const group = groups.get(record.subject);
    if (group) group.push(record);
    else groups.set(record.subject, [record]);
  }
  return groups;
}
