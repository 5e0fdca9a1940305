/** Comparison of a version of a model with another one: what gateways have seen, and what warnings turned out to be. */
import { latencyAt, type ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { parsedRef } from '../../../shared/contract/models/model-ref.ts';
import { exposureNeeded, type Rate, rateOf } from '../../../shared/statistics/rates.ts';
import { type Share, shareOf } from '../../../shared/statistics/wilson.ts';
import type { Outcome } from '../../ports/outcomes/outcomes.ts';
import { figuresByPolicy, type PolicyFigures } from '../outcomes/figures.ts';
import type { Merged } from './merge.ts';

const hoursOfMonth = 730.5;

export interface Variant {
  model: string;
  machineMonths: number;
  latencyMs: { median: number | null; p99: number | null };
  /** Outcomes of its warnings during the trial, at its gateways; null: it has warned of nothing, and missed nothing. */
  outcomes: Pick<PolicyFigures, 'warnings' | 'precision' | 'recall' | 'leadMs' | 'calibration'> | null;
  /** False alarms and missed failures in a machine-month; null while it has judged nothing, or runs beside only. */
  wrong: Rate | null;
}

export interface Comparison {
  gateways: string[];
  figures: ModelsCompared;
  agreement: Share | null;
  candidate: Variant;
  against: Variant;
  /** Machine-months that each of both needs still before a difference as great as this would mean anything; null: they do not differ. */
  machineMonthsNeeded: number | null;
}

export function comparisonOf({ figures, gateways, spans }: Merged, outcomes: readonly Outcome[]): Comparison {
  const { readings, agreed, role, machineType } = figures;
  const isMeant = (each: Outcome) => {
    const atMs = Date.parse(each.kind === 'warning' ? each.openedAt : each.failedAt);
    return spans.some(
      ({ gateway, sinceMs, toMs }) => gateway === each.gateway && sinceMs <= atMs && atMs <= toMs,
    );
  };
  const policies = figuresByPolicy(outcomes.filter(isMeant), Number.POSITIVE_INFINITY);
  // Nothing follows from what runs beside, so it cannot be wrong.
  const hasJudged = { candidate: role !== 'shadow', other: role !== 'guard' };
  const variantOf = (side: 'candidate' | 'other', model: string): Variant => {
    const ref = parsedRef(model);
    const own = policies.find(
      (each) =>
        each.policy === 'model' &&
        each.machineType === machineType &&
        each.name === ref?.name &&
        each.version === ref.version,
    );
    const months = figures.hours[side] / hoursOfMonth;
    const wrong = own ? own.warnings.falseAlarms + missedOf(own) : 0;
    const { [side]: latency } = figures.latency;
    return {
      model,
      machineMonths: months,
      latencyMs: { median: latencyAt(latency, 0.5), p99: latencyAt(latency, 0.99) },
      outcomes: own ? outcomesOf(own) : null,
      wrong: hasJudged[side] ? rateOf(wrong, months) : null,
    };
  };
  const candidate = variantOf('candidate', figures.candidate);
  const against = variantOf('other', figures.against);
  return {
    gateways,
    figures,
    agreement: role === 'ab' ? null : shareOf(agreed, readings),
    candidate,
    against,
    machineMonthsNeeded: role === 'ab' ? neededOf(candidate, against) : null,
  };
}

const outcomesOf = ({ warnings, precision, recall, leadMs, calibration }: PolicyFigures) => ({
  ...{ warnings, precision, recall, leadMs, calibration },
});

/** Failures without a warning. */
const missedOf = ({ recall }: PolicyFigures) => (recall ? recall.of - recall.count : 0);

function neededOf(a: Variant, b: Variant): number | null {
  if (!a.wrong || !b.wrong) return null;
  const needed = exposureNeeded(a.wrong.value, b.wrong.value);
  if (needed === null) return null;
  return Math.max(0, needed - Math.min(a.machineMonths, b.machineMonths));
}
