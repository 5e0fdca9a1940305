/** Finds reasons why a figure could be met by accident, and returns them as problems. None is expected. */
import type { GatewayStatus } from '../sides/sides.ts';

/** The least share of a wanted rate that must have been reached for a figure to be about that rate. */
const rateShareMin = 0.95;
/** Assessments a second by the model below which a figure says nothing about a gateway with a model. */
const byModelPerSecondMin = 1_000;

/** @param perSecond the actual rate, of `wanted` */
export function rateProblems(what: string, perSecond: number, wanted: number): string[] {
  if (perSecond >= rateShareMin * wanted) return [];
  return [`${what}: only ${Math.round(perSecond)} a second of ${wanted}`];
}

/** The pages written cannot be smaller than the journalled bytes, but a file system in memory counts no pages. */
export function diskProblems(diskRatio: number): string[] {
  if (!(diskRatio < 1)) return [];
  return [`${diskRatio.toFixed(2)} bytes written to disk per byte journalled: this folder is not on a disk`];
}

export interface Stored {
  rows: number;
  /** How many of them are different readings. */
  distinct: number;
}

/** Everything acknowledged must be stored exactly once. */
export function storeProblems({ rows, distinct }: Stored, acked: number): string[] {
  return [
    ...(rows === acked ? [] : [`${rows} rows stored of ${acked} acknowledged`]),
    ...(distinct === rows ? [] : [`only ${distinct} of ${rows} rows are distinct`]),
  ];
}

export interface Assessed {
  /** Machines assessed, by any assessor. */
  machines: number;
  byModel: number;
  byModelPerSecond: number;
  /** Both are expected to be 0 while the model works. Inputs that are too short for a model do not count. */
  modelFailures: number;
  notByModel: number;
  problems: string[];
}

/** Assessments between two statuses that are `seconds` of load apart. */
export function assessedBetween(before: GatewayStatus, after: GatewayStatus, seconds: number): Assessed {
  const more = (count: (status: GatewayStatus) => number) => count(after) - count(before);
  const byModel = more(({ alerts }) => alerts.decision.decided.active);
  const byModelPerSecond = byModel / seconds;
  const fallbacks = more(({ alerts }) => alerts.decision.decided.fallback);
  const undecided = more(({ alerts }) => alerts.decision.undecided + alerts.dropped);
  const modelFailures = more(({ intelligence }) => intelligence.model.failures);
  const short = more(({ alerts }) => alerts.short);
  const notByModel = fallbacks + undecided - short;
  const problems: string[] = [];
  if (!(byModelPerSecond >= byModelPerSecondMin)) {
    problems.push(
      `only ${Math.round(byModelPerSecond)} assessments a second by the model, of ${byModelPerSecondMin} at least`,
    );
  }
  if (notByModel > 0) problems.push(`${notByModel} assessments not by the model`);
  if (modelFailures > 0) problems.push(`the model failed ${modelFailures} times`);
  const machines = more(({ intelligence }) => intelligence.scorer?.machines ?? 0);
  return { machines, byModel, byModelPerSecond, modelFailures, notByModel, problems };
}
