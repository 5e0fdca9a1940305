/**
 * Parts of decisions (gateway/ports/decisions): a kind of decision as it is registered, and everything that it is given. What it does is
 * in ../decision.ts.
 */
import { type AnyPart, partOf } from '../../../shared/parts/part.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Assessors, Decision } from '../decision.ts';
import type { MachineOverrides } from '../fleet/fleet.ts';
import type { MachineLessons } from '../fleet/lessons.ts';
import type { Gathering } from '../gathering/gathering.ts';
import type { ModelChallengers, ModelTrials } from '../models/versions.ts';
import type { RecordedWindows } from '../replay/replay.ts';
import type { Outbox } from '../uplink.ts';

export interface DecisionDeps extends Assessors {
  gateway: string;
  outbox: Outbox;
  gathering?: Gathering;
  /** Absent: nothing can be repeated. */
  windows?: RecordedWindows;
  /** Knows what people say about machines in place of what is decided by itself; absent: nobody can. */
  overrides?: MachineOverrides;
  /** Knows what self-learned warnings turned out to be; absent: nothing is learnt from that. */
  lessons?: MachineLessons;
  /** Versions that are tried beside the models that judge; absent: none ever is. */
  models?: ModelChallengers & ModelTrials;
  /** The gateway's data folder; a decision keeps its state in a file or folder there, named after its kind. */
  dataDir: string;
  clock: Clock;
  log: Log;
}

export const decisionPart = partOf<DecisionDeps, Decision>();
export type AnyDecisionPart = AnyPart<DecisionDeps, Decision, void>;
