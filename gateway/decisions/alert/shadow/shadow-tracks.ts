import type { Assessment } from '../../../../shared/contract/events.ts';
import { type EstimatePolicy, isEstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import {
  type Change,
  type Estimate,
  hold,
  quiet,
  step,
  type Track,
  type UpdateLimits,
} from '../state/alert-state.ts';

/** Machines that are followed; the one that was added first makes room. */
const machinesMax = 20_000;

type Side = 'active' | 'challenger';

/** A warning that the candidate alone would have raised, or ended. */
export interface ShadowChange {
  kind: Exclude<Change['kind'], 'updated'>;
  policy: EstimatePolicy;
}

interface Tracks {
  active: Map<string, Track>;
  challenger: Map<string, Track>;
}

/**
 * The warnings of a remaining life that two versions would raise, each by itself and from the same reading on. Limits, faults and
 * what is unusual are left out: they do not depend on the version.
 */
export class ShadowTracks {
  private readonly machines = new Map<string, Tracks>();

  step(
    input: AlertInput,
    said: Record<Side, Assessment>,
    { config, nowMs }: { config: UpdateLimits; nowMs: number },
  ): { warns: Record<Side, boolean>; changes: ShadowChange[] } | null {
    const { type, site, machine } = input.machine;
    const policies = type.alerts.filter(isEstimatePolicy).filter(({ on }) => on === 'remaining-life');
    if (policies.length === 0) return null;
    const tracks = this.take(`${site}/${machine}`);
    const changes: ShadowChange[] = [];
    const warns = { active: false, challenger: false };
    for (const policy of policies) {
      for (const side of ['active', 'challenger'] as const) {
        const before = tracks[side].get(policy.failureMode) ?? quiet;
        const { track, change } = step(before, policy, config, estimateOf(input, said[side]), nowMs);
        tracks[side].set(policy.failureMode, track);
        if (track.open) warns[side] = true;
        if (side === 'challenger' && change && change.kind !== 'updated')
          changes.push({ kind: change.kind, policy });
      }
    }
    return { warns, changes };
  }

  /**
   * Holds a machine that failed or was replaced until it is healthy, as its alerts are. Returns which of both would have warned
   * until then; null if it is not known, or had ended before.
   */
  end(name: string): Record<Side, boolean> | null {
    const tracks = this.machines.get(name);
    if (!tracks) return null;
    const all = [...tracks.active.values(), ...tracks.challenger.values()];
    const warns = (side: Side) => [...tracks[side].values()].some(({ open }) => open !== null);
    const warned = { active: warns('active'), challenger: warns('challenger') };
    for (const side of [tracks.active, tracks.challenger])
      for (const mode of side.keys()) side.set(mode, hold(null));
    return all.every(({ held }) => held !== null) ? null : warned;
  }

  private take(name: string): Tracks {
    const known = this.machines.get(name);
    if (known) return known;
    if (this.machines.size >= machinesMax) this.machines.delete(this.machines.keys().next().value!);
    const tracks = { active: new Map(), challenger: new Map() };
    this.machines.set(name, tracks);
    return tracks;
  }
}

function estimateOf({ timeMs, cutOff }: AlertInput, assessment: Assessment): Estimate {
  const { remainingLife, anomaly, confidence, health, source } = assessment;
  const life = remainingLife?.p50 ?? null;
  return { life, anomaly, confidence, health, source, timeMs, isCutOff: cutOff === true };
}
