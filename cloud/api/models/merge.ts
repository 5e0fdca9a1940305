import type { ComparedLatency, ModelsCompared } from '../../../shared/contract/models/compared.ts';
import type { ComparedAt } from '../../ports/fleet/fleet.ts';

/** One trial of all gateways together. */
export interface Merged {
  figures: ModelsCompared;
  gateways: string[];
  /** At which gateway, and from when to when, ms since 1970. */
  spans: { gateway: string; sinceMs: number; toMs: number }[];
}

const keyOf = ({ role, machineType, candidate, against }: ModelsCompared) =>
  `${role} ${machineType} ${candidate} ${against}`;

/** Adds up what was seen of the same two versions, at several gateways and after each start; the latest first. */
export function mergedTrials(rows: readonly ComparedAt[]): Merged[] {
  const groups = new Map<string, ComparedAt[]>();
  for (const row of rows) {
    const key = keyOf(row.figures);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(mergedOf).sort((a, b) => (a.figures.to < b.figures.to ? 1 : -1));
}

function mergedOf(rows: readonly ComparedAt[]): Merged {
  const all = rows.map(({ figures }) => figures);
  const sum = (of: (each: ModelsCompared) => number) => all.reduce((total, each) => total + of(each), 0);
  const byTime = [...all].sort((a, b) => (a.to < b.to ? -1 : 1));
  const last = byTime.at(-1)!;
  const gateways = [...new Set(rows.map(({ gateway }) => gateway))].sort();
  // After a restart the same machines are counted anew.
  const machinesOf = (gateway: string) =>
    Math.max(...rows.flatMap((row) => (row.gateway === gateway ? [row.figures.machines] : [])));
  const compared = sum(({ difference, readings }) => (difference ? readings : 0));
  const meanOf = (of: (difference: { mean: number; meanAbsolute: number }) => number) =>
    sum(({ difference, readings }) => (difference ? of(difference) * readings : 0)) / compared;
  const failures: Record<string, number> = {};
  for (const each of all)
    for (const [cause, count] of Object.entries(each.failures))
      failures[cause] = (failures[cause] ?? 0) + count;
  return {
    gateways,
    spans: rows.map(({ gateway, figures }) => ({
      ...{ gateway, sinceMs: Date.parse(figures.since), toMs: Date.parse(figures.to) },
    })),
    figures: {
      ...last,
      since: all.map(({ since }) => since).sort()[0]!,
      machines: gateways.reduce((total, gateway) => total + machinesOf(gateway), 0),
      readings: sum(({ readings }) => readings),
      agreed: sum(({ agreed }) => agreed),
      bothWarn: sum(({ bothWarn }) => bothWarn),
      onlyCandidateWarns: sum(({ onlyCandidateWarns }) => onlyCandidateWarns),
      onlyOtherWarns: sum(({ onlyOtherWarns }) => onlyOtherWarns),
      alerts: {
        both: sum(({ alerts }) => alerts.both),
        raised: sum(({ alerts }) => alerts.raised),
        spared: sum(({ alerts }) => alerts.spared),
      },
      vain: {
        raised: sum(({ vain }) => vain?.raised ?? 0),
        spared: sum(({ vain }) => vain?.spared ?? 0),
      },
      failed: {
        count: sum(({ failed }) => failed.count),
        both: sum(({ failed }) => failed.both),
        onlyCandidate: sum(({ failed }) => failed.onlyCandidate),
        onlyOther: sum(({ failed }) => failed.onlyOther),
      },
      difference:
        compared === 0
          ? null
          : { mean: meanOf(({ mean }) => mean), meanAbsolute: meanOf(({ meanAbsolute }) => meanAbsolute) },
      failures,
      dropped: sum(({ dropped }) => dropped),
      latency: {
        candidate: mergedLatency(all.map(({ latency }) => latency.candidate)),
        other: mergedLatency(all.map(({ latency }) => latency.other)),
      },
      hours: { candidate: sum(({ hours }) => hours.candidate), other: sum(({ hours }) => hours.other) },
    },
  };
}

function mergedLatency(all: readonly ComparedLatency[]): ComparedLatency {
  const length = Math.max(0, ...all.map(({ buckets }) => buckets.length));
  return {
    sumMs: all.reduce((sum, each) => sum + each.sumMs, 0),
    maxMs: Math.max(0, ...all.map(({ maxMs }) => maxMs)),
    buckets: Array.from({ length }, (_, i) => all.reduce((sum, { buckets }) => sum + (buckets[i] ?? 0), 0)),
  };
}
