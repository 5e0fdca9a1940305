/** Builds the content of decision records about alerts: small summaries, never whole windows. */
import type { JudgedWindow } from '../../../shared/contract/decisions/decision-record.ts';
import { windowDigest } from '../../../shared/contract/decisions/window-digest.ts';
import { timeText } from '../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../shared/contract/events.ts';
import type { RecordContent } from '../../../shared/decisions/record.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { RecordWhy } from '../record-choice.ts';
import type { AlertChange } from './change.ts';
import { contributionReasons, type Ending, lifeText, modeReasons, numberText } from './reasons/reasons.ts';
import { trendReasons, trendsIn } from './reasons/trend-reasons.ts';
import type { DecidedAssessment } from './steps/judged.ts';

const sensorsMax = 8;
const trendsMax = 4;

/** The newest values of the contributing sensors or, if there are none, of the type's first sensors. */
function latestValues(input: AlertInput, assessment: Assessment): Record<string, number | null> {
  if (assessment.contributions.length > 0) {
    return Object.fromEntries(assessment.contributions.map(({ sensor, value }) => [sensor, value]));
  }
  const sensors = input.machine.type.sensors;
  const row = input.window.subarray((input.rows - 1) * sensors.length);
  return Object.fromEntries(
    sensors.slice(0, sensorsMax).map(({ name }, i) => {
      const value = row[i];
      return [name, value !== undefined && Number.isFinite(value) ? asSent(value) : null];
    }),
  );
}

/** Windows hold 32-bit floats with 7 digits; widening to a double adds meaningless ones. */
function asSent(value: number): number {
  return Number(value.toPrecision(7));
}

/** The window that was judged; undefined where none was, as for silence. */
export function judgedWindow({ machine, window, rows, place, timeMs }: AlertInput): JudgedWindow | undefined {
  if (window.length === 0) return undefined;
  return {
    sha256: windowDigest(window),
    rows,
    columns: machine.type.sensors.length,
    end: timeText(timeMs),
    ...(place && { journal: { id: place.journal, from: place.from, to: place.to } }),
  };
}

function changeSummary({ kind, prediction }: AlertChange) {
  const { predictionId, failureMode, severity } = prediction;
  return { change: kind, predictionId, failureMode, severity };
}

function plainReasons(assessment: Assessment, input: AlertInput): string[] {
  const life = assessment.remainingLife;
  const state = `Health ${numberText(assessment.health)}, anomaly score ${numberText(assessment.anomaly)}`;
  return [
    ...(life ? [lifeText(life, input.rowMs)] : []),
    state,
    ...trendReasons(input),
    ...contributionReasons(assessment, input.machine.type),
  ];
}

/** The limits that are met, by which a machine with few rows is judged. */
function metLimits({ limits = [] }: AlertInput) {
  const met = limits.filter((state) => state.met !== null).slice(0, sensorsMax);
  return met.length === 0 ? {} : { limits: met };
}

/** The part of each sensor in the estimate, 0 … 1. */
function sharesOf({ contributions }: Assessment) {
  if (contributions.length === 0) return {};
  const shares = contributions.map(({ sensor, share }) => [sensor, Number(share.toPrecision(3))]);
  return { shares: Object.fromEntries(shares) as Record<string, number> };
}

/** The content for a decision about one machine, with the resulting changes. */
export function assessmentContent(
  input: AlertInput,
  decided: DecidedAssessment,
  changes: AlertChange[],
  why: RecordWhy,
  { budgetMs, backend }: { budgetMs: number; backend?: string | undefined },
): RecordContent {
  const { site, machine, type } = input.machine;
  const assessment = decided.verdict.answer;
  const { source, model, detector, remainingLife, health, anomaly } = assessment;
  const trends = trendsIn(input).slice(0, trendsMax);
  const window = judgedWindow(input);
  return {
    subject: `${site}/${machine}`,
    activeIsMeant: type.model !== undefined,
    ...(model && {
      version: decided.policy.name === model.name ? model.version : `${model.name}@${model.version}`,
    }),
    ...(window && { window }),
    ...(model && { backend }),
    inputs: {
      machineType: type.name,
      time: timeText(input.timeMs),
      rows: input.rows,
      ...(input.isShort && { isShort: true }),
      ...metLimits(input),
      ...(input.silence ? { silence: { ...input.silence } } : { latest: latestValues(input, assessment) }),
    },
    answer: {
      source,
      model,
      ...(detector && { detector }),
      remainingLife,
      health,
      anomaly,
      ...sharesOf(assessment),
      ...(trends.length > 0 && { timeToLimit: trends }),
      changes: changes.map(changeSummary),
      recorded: why,
    },
    reasons:
      changes.length > 0
        ? changes.flatMap((change) => change.reasons)
        : [...plainReasons(assessment, input), ...modeReasons(decided, budgetMs, type)],
  };
}

/** An end that nothing was decided about: of a machine, by a person (`closed`), or of what had ended before (`dropped`). */
export interface EndingAt {
  state: Ending['state'] | 'closed' | 'dropped';
  atMs: number;
}

/** The record for predictions resolved without asking a policy. */
export function endingRecord(
  decisionId: string,
  subject: string,
  ending: EndingAt,
  changes: AlertChange[],
): DecisionRecord {
  return {
    decisionId,
    decision: 'alert',
    subject,
    inputs: { state: ending.state, time: timeText(ending.atMs) },
    answer: { changes: changes.map(changeSummary), recorded: 'change' },
    reasons: changes.flatMap((change) => change.reasons).slice(0, 16),
    confidence: 1,
    policy: { name: 'lifecycle', version: '1.0.0' },
    mode: 'active',
    latencyMs: 0,
  };
}
