import { type Line, parseLine, restDetector, textFieldSuffix } from '../contract/line-protocol.ts';
import type { BehaviourOfMachine, EvidenceOfGateway, ModeOfMachine, SaidOfMachine } from './said.ts';

/** Reads a machine's state from an `estimate` line; null if the line is malformed (the store will reject it). */
export function estimateState(text: string): SaidOfMachine | null {
  let line: Line;
  try {
    line = parseLine(text);
  } catch {
    return null;
  }
  const { fields, tags } = line;
  const { rul_p10: p10, rul_p50: p50, rul_p90: p90, unit, type } = fields;
  const timeMs = Number(line.timestampNs / 1_000_000n);
  const subject = {
    site: tags.site ?? '',
    machine: tags.machine ?? '',
    ...(typeof type === 'string' && { machineType: type }),
    lastSeenMs: timeMs,
    rest: restOf(fields, timeMs),
    ...(typeof fields.settles_s === 'number' && { settlesToMs: timeMs + 1_000 * fields.settles_s }),
    ...(typeof fields.running_s === 'number' && { runningS: fields.running_s }),
  };
  // A line of a machine that has come to rest, or runs again, says nothing else.
  if (fields.health === undefined && fields.at_rest !== undefined) return subject;
  const hasLife = typeof p10 === 'number' && typeof p50 === 'number' && typeof p90 === 'number';
  return {
    ...subject,
    health: numberOr(fields.health),
    anomaly: numberOr(fields.anomaly),
    remainingLife: hasLife ? { p10, p50, p90, unit: typeof unit === 'string' ? unit : '' } : null,
    source: sourceOf(fields),
    ...estimatorOf(fields),
    evidence: evidenceOf(fields, timeMs),
  };
}

function restOf(
  { at_rest: atRest, rest_s: restS, detector }: Line['fields'],
  timeMs: number,
): SaidOfMachine['rest'] {
  if (typeof atRest !== 'number' || atRest < 1) return null;
  const sinceMs = typeof restS === 'number' ? timeMs - 1_000 * restS : null;
  const isLearnt = typeof detector === 'string' && detector.startsWith(restDetector);
  return {
    sinceMs,
    saidMs: timeMs,
    ...(isLearnt && { learntFrom: detector.slice(restDetector.length) }),
  };
}

function evidenceOf(fields: Line['fields'], timeMs: number): EvidenceOfGateway {
  const { normal_rows: rows, normal_rows_needed: needed, policies_met: policies } = fields;
  return {
    confidence: numberOr(fields.confidence),
    limits: numberOr(fields.limits),
    limitsMet: levelOf(fields.limits_met),
    ...(typeof fields.limits_now === 'number' && { limitsNow: levelOf(fields.limits_now) }),
    ...beyondOf(fields),
    policiesMet: typeof policies === 'number' ? levelOf(policies) : undefined,
    learning: typeof rows === 'number' && typeof needed === 'number' ? { rows, needed } : null,
    rowS: numberOr(fields.row_s),
    ...(typeof fields.unheard_s === 'number' && { unheardS: fields.unheard_s }),
    ...behaviourOf(fields, timeMs),
    ...modeOf(fields, timeMs),
  };
}

const behaviours = ['learning', 'normal', 'unusual', 'changed'] as const;

function behaviourOf(fields: Line['fields'], timeMs: number): { behaviour?: BehaviourOfMachine } {
  const { behaviour, behaviour_s: sinceS, unusual: value, usual_low: low, usual_high: high } = fields;
  const state = typeof behaviour === 'number' ? behaviours[behaviour] : undefined;
  if (!state) return {};
  const sensor = fields[`unusual${textFieldSuffix}`];
  const isNamed = typeof sensor === 'string' && typeof value === 'number';
  const isBounded = typeof low === 'number' && typeof high === 'number';
  const beyond = isNamed && isBounded ? { sensor, value, low, high } : null;
  const { behaviour_days: days, behaviour_days_needed: needed } = fields;
  const learning = typeof days === 'number' && typeof needed === 'number' ? { days, needed } : null;
  const sinceMs = typeof sinceS === 'number' ? timeMs - 1_000 * sinceS : null;
  return { behaviour: { state, sinceMs, beyond, ...(learning && { learning }) } };
}

function modeOf(
  { mode, modes, mode_s: sinceS, mode_new: isNew, ...fields }: Line['fields'],
  timeMs: number,
): { mode?: ModeOfMachine } {
  const name = fields[`mode${textFieldSuffix}`];
  if (typeof mode !== 'number' || typeof sinceS !== 'number' || typeof name !== 'string') return {};
  const of = typeof modes === 'number' ? modes : null;
  const number = of !== null && mode === 0 ? null : mode;
  return { mode: { number, of, name, sinceMs: timeMs - 1_000 * sinceS, isNew: isNew === 1 } };
}

function beyondOf(fields: Line['fields']): Pick<EvidenceOfGateway, 'beyond'> {
  const { beyond_sensor: column, beyond_value: value, beyond_at: at } = fields;
  if (typeof column !== 'number' || typeof value !== 'number' || typeof at !== 'number') return {};
  const [sensor, unit] = ['sensor', 'unit'].map((name) => fields[`beyond_${name}${textFieldSuffix}`]);
  return {
    beyond: {
      ...{ column, value, at },
      ...(typeof sensor === 'string' && { sensor, unit: typeof unit === 'string' ? unit : '1' }),
    },
  };
}

/** The model or detector that judged the machine, from `name@version`. */
function estimatorOf({ model, detector }: Line['fields']): Pick<SaidOfMachine, 'estimator'> {
  const said = typeof detector === 'string' ? detector : model;
  const at = typeof said === 'string' ? said.lastIndexOf('@') : -1;
  if (typeof said !== 'string' || at < 1) return {};
  return { estimator: { name: said.slice(0, at), version: said.slice(at + 1) } };
}

/** 2 is critical, 1 a warning. */
function levelOf(value: Line['fields'][string] | undefined): EvidenceOfGateway['limitsMet'] {
  if (typeof value !== 'number' || value < 1) return null;
  return value >= 2 ? 'critical' : 'warning';
}

function sourceOf({ source, detector }: Line['fields']): NonNullable<SaidOfMachine['source']> | null {
  if (typeof detector === 'string') return 'self-learned';
  return source === 'model' || source === 'rules' ? source : null;
}

function numberOr(value: number | string | boolean | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
