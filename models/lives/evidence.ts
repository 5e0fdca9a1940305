import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { type Share, shareText } from '../../shared/statistics/wilson.ts';
import type { Accuracy, Warned } from './examine.ts';

export interface Evidence {
  accuracy: Accuracy;
  /** Null where machines of the type have no alert on remaining life. */
  warned: { candidate: Warned | null; champion: Warned | null };
}

export interface Judged {
  /** The candidate shows nothing that is worse than the other version by more than is tolerated. */
  isNotWorse: boolean;
  reasons: string[];
}

/**
 * Says whether a candidate is not worse than the version that judges, on the same lives: its error, its false alarms, and the failures
 * that it has missed. A shorter lead counts where it is shorter than the time that a repair takes. Where there is no other version, it
 * must beat the linear regression.
 * @param tolerance the part by which it may be worse
 */
export function judged(
  { accuracy, warned }: Evidence,
  of: { tolerance: number; horizon: number; unit: string; baseline: ModelMetrics | null },
): Judged {
  const { tolerance, horizon, unit, baseline } = of;
  const { candidate, champion } = accuracy;
  const worse: string[] = [];
  const reference = champion ?? baseline;
  const name = champion ? 'the version that judges' : 'a linear regression';
  const errors = reference
    ? `its error is ${fixed(candidate.rmse)} ${unit}, that of ${name} ${fixed(reference.rmse)}`
    : `its error is ${fixed(candidate.rmse)} ${unit}`;
  if (reference && candidate.rmse > (1 + tolerance) * reference.rmse) worse.push(errors);
  const [own, other] = [warned.candidate, warned.champion];
  if (own && other) worse.push(...worseWarnings(own, other, { tolerance, horizon, unit }));
  const said = [
    errors,
    ...(own ? [warnedText('it', own)] : []),
    ...(other ? [warnedText('the version that judges', other)] : []),
  ];
  return worse.length === 0
    ? { isNotWorse: true, reasons: said }
    : { isNotWorse: false, reasons: [...worse, ...said.filter((text) => !worse.includes(text))] };
}

function worseWarnings(
  own: Warned,
  other: Warned,
  { tolerance, horizon, unit }: { tolerance: number; horizon: number; unit: string },
): string[] {
  const worse: string[] = [];
  const isLess = (a: Share | null, b: Share | null) => (a?.value ?? 0) < (b?.value ?? 0) - tolerance;
  if (isLess(own.recall, other.recall))
    worse.push(
      `it would have warned of ${shared(own.recall)} failures, the version that judges of ${shared(other.recall)}`,
    );
  // A version that warns of nothing has no false alarms either, and is told by its recall.
  if (own.falseAlerts > other.falseAlerts && isLess(own.precision, other.precision))
    worse.push(
      `it would have raised ${own.falseAlerts} false alarms, the version that judges ${other.falseAlerts}`,
    );
  const isShort = own.lead !== null && other.lead !== null && own.lead < horizon;
  if (isShort && own.lead! < (1 - tolerance) * other.lead!)
    worse.push(
      `it would have warned ${fixed(own.lead!)} ${unit} ahead, the version that judges ${fixed(other.lead!)}`,
    );
  return worse;
}

function warnedText(who: string, { precision, recall, lead, falseAlerts }: Warned): string {
  const ahead = lead === null ? '' : `, half of them ${fixed(lead)} or more ahead`;
  const right = precision ? `; of its warnings ${shareText(precision)} were right` : '';
  return `${who} would have warned of ${shared(recall)} failures${ahead}, with ${falseAlerts} false alarms${right}`;
}

const shared = (share: Share | null) => (share ? `${share.count} of ${share.of}` : 'no');
const fixed = (value: number) => value.toFixed(1);
