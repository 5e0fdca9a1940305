/** Behaviour in words of decisions: the state of a machine, and how it has changed. */
import type {
  RelationDetector,
  RelationState,
} from '../../../shared/detector/relations/relation-detector.ts';
import type { BeyondUsual, KnownFault, MachineBehaviour } from '../../ports/decision.ts';
import { isOutside, withinShown } from '../usual-range/within-shown.ts';
import { endsAfterMs } from './shown-change.ts';

export interface Behaviour {
  state: RelationState;
  /** Since when it is unusual or changed, ms since 1970; null while it is neither. */
  sinceMs: number | null;
  /** Days of which enough is known; null once it is judged. */
  learning: { days: number; needed: number } | null;
  /** For how long (running) nothing has been beyond what is usual. */
  quietMs: number;
  /** The fault that it is like, of those that people have named; absent if it is like none. */
  like?: KnownFault;
  /** After how long (running) as it was before a change is over; absent if it has not changed, or that has only shifted. */
  endsAfterMs?: number;
  /** The sensor that shows most how it has changed, by its column. */
  most?: { column: number; level: number; low: number; high: number };
}

/** The sensor that is, or was when it changed, farthest from the normal of before; null if it has not changed. */
export function changeOf(relations: RelationDetector): Pick<Behaviour, 'endsAfterMs' | 'most'> | null {
  const { asBefore, sensors } = relations;
  if (!asBefore) return null;
  const ratios = Array.from({ length: sensors }, (_, column) => relations.ratioBefore(column));
  const isBeyond = ratios.some((ratio) => ratio >= 1);
  const far = isBeyond ? ratios : (relations.signature() ?? ratios).map(Math.abs);
  const column = far.indexOf(Math.max(...far));
  const expected = relations.expectedBefore(column);
  const most = expected && { column, level: expected.now, low: expected.low, high: expected.high };
  return { endsAfterMs: endsAfterMs(asBefore), ...(most && { most }) };
}

/** The same by columns of a row, and within what the sensor ever showed. */
export function inRow(
  { most, ...behaviour }: Behaviour,
  own: { inRow(own: number): number },
  shown: (own: number) => Parameters<typeof withinShown>[1],
): Behaviour {
  const column = most ? own.inRow(most.column) : -1;
  if (!most || column < 0) return behaviour;
  const { level, low, high } = withinShown({ ...most, isBesideOthers: true }, shown(most.column));
  if (isOutside(most) && !isOutside({ level, low, high })) return behaviour;
  return { ...behaviour, most: { column, level, low, high } };
}

/** The same for the input of a decision, which lacks what is not known. @param named says of a column which sensor it is */
export function behaviourOf(
  { state, sinceMs, learning, like, quietMs, endsAfterMs, most }: Behaviour,
  named: (most: NonNullable<Behaviour['most']>) => BeyondUsual | null,
): MachineBehaviour {
  const behaviour: MachineBehaviour = { state, sinceMs, quietMs };
  if (learning) behaviour.learning = learning;
  if (like) behaviour.like = like;
  if (state !== 'changed' || endsAfterMs === undefined) return behaviour;
  behaviour.endsAfterMs = endsAfterMs;
  const found = most && named(most);
  if (found) behaviour.most = found;
  return behaviour;
}
