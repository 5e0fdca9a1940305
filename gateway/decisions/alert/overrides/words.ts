import { type Muted, mutedText } from '../../../../shared/contract/alerts/muted.ts';
import { timeText } from '../../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import { refText } from '../../../../shared/contract/models/model-ref.ts';
import type { Override } from '../../../../shared/decisions/policy.ts';
import { dateTimeText } from '../../../../shared/words/times.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { MachineOverrides, PersonsWord } from '../../../ports/fleet/fleet.ts';
import type { AlertChange } from '../change.ts';
import type { OpenPrediction } from '../state/snapshot.ts';

const reasonsMax = 8;

/** The word of a person as decision records carry it. */
export function overrideOf({ key, version, who, why, untilMs }: PersonsWord): Override {
  const until = untilMs === undefined ? {} : { until: timeText(untilMs) };
  return { by: who, why, ...until, document: `${key} ${version}` };
}

/** Says for which inputs the rules are wanted. */
export function rulesWanted(overrides: MachineOverrides): (input: AlertInput) => Override | null {
  return ({ machine }) => {
    const word = overrides.of(machine)?.rules;
    return word ? overrideOf(word) : null;
  };
}

/** Says for which inputs a person wants the version of a model that has answered. */
export function versionWanted(
  overrides: MachineOverrides,
): (input: AlertInput, answer: Assessment) => Override | null {
  return ({ machine }, { model }) => {
    const word = model && overrides.of(machine)?.pin;
    return word && word.model === refText(model) ? overrideOf(word) : null;
  };
}

/** The word of a person who has muted a machine. */
export interface MutedBy {
  muted: Muted;
  override: Override;
}

/** Null if its machine is not muted now. */
export function mutedNow(
  { site, machine, machineType }: Pick<OpenPrediction, 'site' | 'machine' | 'machineType'>,
  overrides: MachineOverrides | undefined,
): MutedBy | null {
  const word = overrides?.of({ site, machine, type: { name: machineType } })?.mute;
  if (!word) return null;
  const override = overrideOf(word);
  const { document: _, ...muted } = override;
  return { muted, override };
}

/** The changes of open alerts whose machines were muted or are not any more. @param holds true for a machine of which events wait */
export function muteChanges(
  open: readonly OpenPrediction[],
  overrides: MachineOverrides | undefined,
  holds: (subject: string) => boolean,
): { change: AlertChange; now: MutedBy | null; isHeld: boolean }[] {
  return open.flatMap((prediction) => {
    const now = mutedNow(prediction, overrides);
    const change = muteChange(prediction, now);
    return change ? [{ change, now, isHeld: holds(`${prediction.site}/${prediction.machine}`) }] : [];
  });
}

/** Null if that is as it was told. */
function muteChange(prediction: OpenPrediction, now: MutedBy | null): AlertChange | null {
  if (JSON.stringify(prediction.muted) === JSON.stringify(now?.muted)) return null;
  const { assessment, reasons = [] } = prediction;
  const first = now
    ? mutedText(now.muted, dateTimeText)
    : 'Its machine is not muted any more, and it is still so';
  const said = [first, ...reasons].slice(0, reasonsMax);
  return { kind: 'updated', prediction, assessment, reasons: said, isMuting: true, saveFirst: true };
}

/** The record of such a change, about which no policy was asked. */
export function muteRecord(
  decisionId: string,
  { prediction, reasons }: AlertChange,
  { now, timeMs }: { now: MutedBy | null; timeMs: number },
): DecisionRecord {
  const { predictionId, failureMode, severity, site, machine } = prediction;
  return {
    decisionId,
    decision: 'alert',
    subject: `${site}/${machine}`,
    inputs: { state: now ? 'muted' : 'unmuted', time: timeText(timeMs) },
    answer: {
      changes: [{ change: 'updated', predictionId, failureMode, severity }],
      recorded: 'change',
    },
    reasons,
    confidence: 1,
    policy: { name: 'override', version: '1.0.0' },
    mode: 'override',
    latencyMs: 0,
    ...(now && { override: now.override }),
  };
}
