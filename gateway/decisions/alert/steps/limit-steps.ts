/** Steps the limits of one machine. Each of its sensors is damped by itself. */
import type { LimitPolicy } from '../../../../shared/domain/alert-policy.ts';
import { limitPolicyOf } from '../../../../shared/domain/limits.ts';
import type { AlertInput, PassedLimit } from '../../../ports/decision.ts';
import { returnReason } from '../reasons/damping-reasons.ts';
import {
  backReasons,
  changedReasons,
  insideReasons,
  metReasons,
  passedReason,
  valueNow,
} from '../reasons/limit-reasons.ts';
import { trendReasons } from '../reasons/trend-reasons.ts';
import { dampLimits, type LimitDampingResult } from '../state/limit-damping.ts';
import {
  type DampedLimits,
  type LimitTrack,
  type MetLimit,
  noLimits,
  replacedMs,
  stepLimits,
} from '../state/limit-track.ts';
import { dampingLimitsOf, isByPerson } from './damped-steps.ts';
import type { Judged, SaidStep } from './judged.ts';

/** The step of the limits as one cause, and those that have passed of which nobody was told. */
export interface LimitStep {
  step: SaidStep | null;
  passed: readonly PassedLimit[];
}

const nothing: LimitStep = { step: null, passed: [] };
const nothingMet: DampedLimits = { met: [], recent: [] };

export function stepMachineLimits(judged: Judged): LimitStep {
  const { machine, input, context } = judged;
  const { limits: states = [] } = input;
  const before = machine.limits;
  const toMs = replacedMs(before) ?? Number.NEGATIVE_INFINITY;
  const passed = (input.passed ?? []).filter(({ sinceMs }) => sinceMs > toMs);
  const isCalm = before === noLimits && machine.dampedLimits.size === 0 && passed.length === 0;
  // Most machines are inside all limits at nearly all times, and have been for long.
  if (isCalm && !states.some(({ met }) => met)) return nothing;
  const policy = limitPolicyOf(input.machine.type);
  if (policy === null) {
    // If an alert is open for them, it ends because they are no longer watched for.
    if (before.told === null) machine.limits = noLimits;
    machine.dampedLimits.clear();
    return nothing;
  }
  let found: LimitDampingResult | null = null;
  const damped = (met: readonly MetLimit[]) => {
    if (met.length === 0 && passed.length === 0 && machine.dampedLimits.size === 0) return nothingMet;
    found = dampedOf(judged, policy, met, passed);
    return found;
  };
  const { track, change } = stepLimits(
    before,
    states,
    context.config,
    context.nowMs,
    changesMet(judged),
    damped,
  );
  machine.limits = track;
  const result = found as LimitDampingResult | null;
  machine.hasNewDamping ||= result?.isNews ?? false;
  const untold = untoldOf(result?.passed ?? [], before, track);
  if (!change) return { step: null, passed: untold };
  const cause = { failureMode: policy.failureMode, kind: 'limit', source: null } as const;
  const reasons =
    change.kind === 'resolved'
      ? endReasons(before.met, policy, input)
      : [
          ...limitReasons(judged, track.met),
          ...(result?.beside ?? []).map((one) => passedReason(one, input.machine.type, input.timeMs)),
          ...fallenReasons(before.met, track.met),
          ...(result?.returned ?? []).map(({ sensor, ...state }) => returnReason(sensor, state)),
        ];
  // A person reads the first line: what is wrong, or that it has ended because of a change.
  const changed = changedReasons(input);
  const said = change.kind === 'resolved' ? [...changed, ...reasons] : [...reasons, ...changed];
  return { step: { cause, change, reasons: said }, passed: untold };
}

/** True if a person has changed limits of a sensor that is beyond one, or was: a change for another sensor says nothing of this alert. */
function changesMet({ machine, input }: Judged): boolean {
  const { limitsChanged, limits = [] } = input;
  if (!limitsChanged) return false;
  const met = new Set(
    [...machine.limits.met, ...limits.filter((one) => one.met)].map(({ sensor }) => sensor),
  );
  return limitsChanged.sensors.some((sensor) => met.has(sensor));
}

/** Limits that have passed belong to the alert that is, or was until now, open for limits of their sensor; to no other sensor's. */
function untoldOf(
  passed: readonly PassedLimit[],
  before: LimitTrack,
  now: LimitTrack,
): readonly PassedLimit[] {
  if (before.told === null && now.told === null) return passed;
  const open = new Set([...before.met, ...now.met].map(({ sensor }) => sensor));
  return passed.filter(({ sensor }) => !open.has(sensor));
}

function dampedOf(
  judged: Judged,
  { failureMode }: LimitPolicy,
  met: readonly MetLimit[],
  passed: readonly PassedLimit[],
) {
  const { machine, input } = judged;
  return dampLimits(machine.dampedLimits, {
    ...{ met, passed, before: machine.limits.met, timeMs: input.timeMs },
    limits: dampingLimitsOf(judged, failureMode),
    isByPerson: (sensor) => isByPerson(judged, sensor),
    latestOf: (sensor) => valueNow(input, sensor),
    modeFor: (sensor) => modeFor(judged, sensor),
  });
}

/** The mode of the machine; null if it is not known, or is that of the sensor itself, whose levels would be modes of their own. */
function modeFor({ input }: Judged, sensor: string) {
  const mode = input.mode?.() ?? null;
  if (!mode || mode.number === null || mode.sensor === sensor) return null;
  return { key: String(mode.number), sinceMs: mode.sinceMs };
}

/** Reasons for limits that are met, and when the alarm limit of the same sensors is reached. */
export function limitReasons(
  { machine, input }: Pick<Judged, 'machine' | 'input'>,
  met: readonly MetLimit[],
): string[] {
  const beyond = met.filter(({ away }) => away === undefined);
  // A sensor that is missing, or sends what it cannot have: its newest value is not of now.
  const unsentMs = (sensor: string) =>
    ['sensor-missing', 'sensor-fault']
      .map((mode) => machine.faults.get(mode)?.tracks.get(sensor))
      .find((track) => track?.isIll)?.sinceMs;
  return [...metReasons(met, input.machine.type, input.timeMs, unsentMs), ...trendReasons(input, beyond)];
}

/** A limit that was changed may end an alert without any delay. */
function endReasons(before: readonly MetLimit[], policy: LimitPolicy, input: AlertInput): string[] {
  return input.limitsChanged ? insideReasons(before, input) : backReasons(before, policy, input);
}

/** Says which sensors are beyond no limit any more, while others are. */
function fallenReasons(before: readonly MetLimit[], now: readonly MetLimit[]): string[] {
  const gone = before.filter(({ sensor }) => !now.some((met) => met.sensor === sensor));
  return gone.length === 0 ? [] : [`Back inside its limits: ${gone.map(({ sensor }) => sensor).join(', ')}`];
}
