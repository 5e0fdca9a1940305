/** The evidence that the newest estimate of a machine gives, as its gateway has said it. */
import { policyLevel } from '../domain/alert-policy.ts';
import { limitsOf } from '../domain/limits.ts';
import type { MachineType } from '../domain/machine-type.ts';
import { unitAfter } from '../words/units.ts';
import type { MachineEvidence } from './evidence.ts';
import type { EvidenceOfGateway, SaidOfMachine } from './said.ts';

type Said = Pick<SaidOfMachine, 'health' | 'anomaly' | 'remainingLife' | 'source' | 'evidence'> & {
  rest?: SaidOfMachine['rest'];
  /** Since when estimates have said the same of it. */
  judgedSinceMs?: number;
};

type Judged = Pick<
  MachineEvidence,
  | 'restSinceMs'
  | 'restLearntFrom'
  | 'estimate'
  | 'limitsMet'
  | 'policiesMet'
  | 'changedSinceMs'
  | 'hasLimits'
  | 'learning'
  | 'beyond'
>;

/** `isReached`: something is estimated that an alert is about. */
export function judgedEvidence(state: Said, type: MachineType | undefined): Judged & { isReached: boolean } {
  const { evidence, rest, source, health = null, anomaly = null, remainingLife = null } = state;
  const estimate =
    health === null && remainingLife === null
      ? null
      : { source: source ?? 'rules', remainingLife, health: health ?? 0 };
  const byType = (): MachineEvidence['policiesMet'] => {
    const life = remainingLife?.p50 ?? null;
    // An older gateway does not say how sure an estimate is.
    const confidence = evidence?.confidence ?? 1;
    return type ? policyLevel(type.alerts, { life, anomaly: anomaly ?? 0, confidence }) : null;
  };
  const said = evidence?.limits === null ? undefined : evidence;
  const limitsMet = said ? limitsNow(said) : null;
  const policiesMet = said?.policiesMet === undefined ? byType() : said.policiesMet;
  const changedSinceMs = changedSince(state, type);
  return {
    restSinceMs: rest ? (rest.sinceMs ?? rest.saidMs) : null,
    restLearntFrom: rest?.learntFrom,
    estimate,
    limitsMet,
    policiesMet,
    changedSinceMs,
    hasLimits: said ? (said.limits ?? 0) > 0 : hasLimits(type),
    learning: said ? said.learning : undefined,
    beyond: said ? beyondOf(said, type) : null,
    isReached: policiesMet !== null || (remainingLife?.p50 ?? 1) <= 0 || changedSinceMs !== null,
  };
}

const declaresLimits = new WeakMap<MachineType, boolean>();

/** Null if the type is not known. */
function hasLimits(type: MachineType | undefined): boolean | null {
  if (!type) return null;
  const known = declaresLimits.get(type) ?? type.sensors.some((sensor) => limitsOf(sensor).length > 0);
  declaresLimits.set(type, known);
  return known;
}

/** Null if its type asks for nothing unusual: then nobody wants to know of it. */
function changedSince({ evidence, judgedSinceMs }: Said, type: MachineType | undefined): number | null {
  const { behaviour } = evidence ?? {};
  const asks = type?.alerts.some(({ on }) => on === 'anomaly') ?? true;
  if (behaviour?.state !== 'changed' || !asks) return null;
  return behaviour.sinceMs ?? judgedSinceMs ?? null;
}

const limitsNow = ({ limitsMet, limitsNow: now = limitsMet }: EvidenceOfGateway) => now;

function beyondOf(said: EvidenceOfGateway, type: MachineType | undefined): string | null {
  const { beyond } = said;
  const level = limitsNow(said);
  if (!beyond || level === null) return null;
  const { column, value, at } = beyond;
  // A cloud may know another version of the type, or not the sensors of an open one.
  const declared = type?.openSensors ? undefined : type?.sensors[column];
  const sensor = beyond.sensor === undefined ? declared : { name: beyond.sensor, unit: beyond.unit };
  const unit = unitAfter(sensor?.unit ?? '1');
  const limit = `its ${level === 'critical' ? 'alarm' : 'warning'} limit of ${at}${unit}`;
  return `${sensor?.name ?? 'A sensor, at'} ${value}${unit}${sensor ? ' is' : ', is'} beyond ${limit} now`;
}
