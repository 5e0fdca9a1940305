/**
 * Shadow (gateway/decisions/alert/shadow): candidates that are asked beside the model that judges, and the warnings that each of both
 * alone would raise. What is seen goes to gateway/models; nothing of it changes an alert.
 */
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import { isSameRef, type ModelRef } from '../../../../shared/contract/models/model-ref.ts';
import type { Decided } from '../../../../shared/decisions/policy.ts';
import type { Challenger, Compared } from '../../../../shared/decisions/shadow-side.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { ModelChallenger, ModelChallengers } from '../../../ports/models/versions.ts';
import type { LifecycleNotice } from '../../../ports/watch.ts';
import { type AlertShadow, assessorPolicy } from '../assessor-policy.ts';
import type { AlertDecisionConfig } from '../config.ts';
import { shadowRecord } from './shadow-record.ts';
import { ShadowTracks } from './shadow-tracks.ts';

type ModelChallenge = Challenger<AlertInput, Assessment> & { of: ModelChallenger };

export interface ShadowedDeps {
  models: ModelChallengers;
  config: AlertDecisionConfig;
  clock: Clock;
  newId: () => string;
  /** Keeps the record of a warning that a candidate alone would have raised, or ended. */
  record(record: DecisionRecord, timeMs: number): void;
}

/** The shadow side of the alert decision. */
export class ShadowedAlerts implements AlertShadow {
  private readonly deps: ShadowedDeps;
  private known: readonly ModelChallenger[] = [];
  private asked: ModelChallenge[] = [];
  private readonly tracks = new Map<ModelChallenger, ShadowTracks>();

  constructor(deps: ShadowedDeps) {
    this.deps = deps;
  }

  challengers = (): readonly ModelChallenge[] => {
    const now = this.deps.models.challengers();
    if (now === this.known) return this.asked;
    this.known = now;
    this.asked = now.map((of) => this.asked.find((each) => each.of === of) ?? challengeOf(of));
    for (const of of this.tracks.keys()) if (!now.includes(of)) this.tracks.delete(of);
    return this.asked;
  };

  /** Its window is used again, and nothing but windows is judged beside. */
  kept = ({ machine, timeMs, window, rows, rowMs, place, cutOff, isShort }: AlertInput): AlertInput => ({
    ...{ machine, timeMs, window: window.slice(), rows },
    ...(rowMs !== undefined && { rowMs }),
    ...(place && { place }),
    ...(cutOff !== undefined && { cutOff }),
    ...(isShort !== undefined && { isShort }),
  });

  compared = (
    challenger: Challenger<AlertInput, Assessment>,
    compared: Compared<AlertInput, Assessment>,
  ): void => {
    const { of } = challenger as ModelChallenge;
    const { models, config, clock, newId, record } = this.deps;
    const { input, decided, outcome, latencyMs } = compared;
    const said = outcome.verdict?.answer ?? null;
    const active = byModel(decided, of.judge);
    const tracks = this.tracksOf(of);
    const both = said && active ? { active, challenger: said } : null;
    const seen = both && tracks.step(input, both, { config, nowMs: clock.monotonicMs() });
    models.observed(of, {
      ...{ input, active, challenger: said },
      failure: outcome.noVerdict?.cause ?? null,
      ...{ activeMs: decided.latencyMs, challengerMs: latencyMs },
      ...(seen && { warns: seen.warns }),
    });
    for (const change of seen?.changes ?? []) {
      const made = shadowRecord(newId(), compared, change, of);
      if (made) record(made, input.timeMs);
    }
  };

  dropped = (challenger: Challenger<AlertInput, Assessment>, count: number): void =>
    this.deps.models.dropped((challenger as ModelChallenge).of, count);

  /** Ends the comparison of a machine that has failed or was replaced. */
  ended({ state, about }: LifecycleNotice): void {
    const { site, machine } = about;
    for (const [challenger, tracks] of this.tracks) {
      const warned = tracks.end(`${site}/${machine}`);
      if (state !== 'failed') this.deps.models.replaced(challenger, { site, machine });
      else if (warned) this.deps.models.failed(challenger, { site, machine }, warned);
    }
  }

  private tracksOf(of: ModelChallenger): ShadowTracks {
    const known = this.tracks.get(of) ?? new ShadowTracks();
    this.tracks.set(of, known);
    return known;
  }
}

function challengeOf(of: ModelChallenger): ModelChallenge {
  return {
    of,
    policy: assessorPolicy(of.assessor),
    // A model says nothing about silence, or about too few rows.
    takes: ({ machine, silence, isShort }) => !silence && !isShort && of.takes(machine),
  };
}

/** Answer of the version that judges, if it was acted on; null where something else has decided, such as another version in its place. */
function byModel({ verdict }: Decided<Assessment>, judge: ModelRef): Assessment | null {
  const answer = verdict?.answer.source === 'model' ? verdict.answer : null;
  return answer?.model && !isSameRef(answer.model, judge) ? null : answer;
}
