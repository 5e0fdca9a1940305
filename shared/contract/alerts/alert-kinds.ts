/**
 * Alerts (shared/contract/alerts): what events and messages between gateway and cloud hold about them. When one opens or
 * ends is decided elsewhere. Here: the kinds of alerts about a machine, the words for them, and what to do about them where
 * the machine's type has nothing else.
 */
import type { Prediction } from './prediction.ts';

interface AlertKind {
  /** In a headline; absent: the failure mode itself, which the machine's type has named. */
  what?: string;
  /** True if nobody has estimated anything: a value, or its absence, is measured. */
  isMeasured: boolean;
  action: { warning: string; critical: string };
}

/** The longest that an event may carry. */
export const actionLengthMax = 300;

const same = (action: string) => ({ warning: action, critical: action });

export const alertKinds = {
  'remaining-life': {
    isMeasured: false,
    action: {
      warning: 'Plan its maintenance within the remaining life, and order what it needs.',
      critical:
        'Have it repaired or replaced before the remaining life is over, and get its spare parts ready.',
    },
  },
  unusual: {
    isMeasured: false,
    action: same(
      'Look for what has changed: product, load, surroundings, a worn part. If this is normal from now on, say so with `harbinger machines relearn`.',
    ),
  },
  limit: {
    what: 'sensor beyond its limit',
    isMeasured: true,
    action: {
      warning: 'See on the next round whether load or surroundings explain the value; if not, plan a check.',
      critical: 'Check the machine now, and stop it unless something harmless explains the value.',
    },
  },
  silent: {
    what: 'no signal',
    isMeasured: true,
    action: same('Check whether the machine runs, then its device, the network and its power.'),
  },
  'sensor-fault': {
    what: 'faulty probe',
    isMeasured: true,
    action: same('Check the probe and its cable.'),
  },
  'sensor-missing': {
    what: 'sensor not sent any more',
    isMeasured: true,
    action: same('Check the probe and its cable.'),
  },
  'sensor-stuck': {
    what: 'sensor stuck at one value',
    isMeasured: true,
    action: same('Check the probe: its value is not to be trusted until it moves.'),
  },
  forced: {
    what: 'alert of a person',
    isMeasured: true,
    action: same('Do what its reason says; it was raised by a person, and not by what was measured.'),
  },
  'beyond-range': {
    what: 'value beyond what the probe can measure',
    isMeasured: true,
    action: same('Check the machine now, then the probe.'),
  },
} satisfies Record<string, AlertKind>;
export type AlertKindName = keyof typeof alertKinds;

/** Kinds that no machine type declares: their failure modes are their names. */
export const silentFailureMode = 'silent' satisfies AlertKindName;
export const forcedFailureMode = 'forced' satisfies AlertKindName;

/** Kinds that say that a sensor sends what it cannot have: for as long as they do, their machine is heard. */
const ofBadValues: readonly string[] = ['sensor-fault', 'beyond-range'] satisfies AlertKindName[];
export const isOfBadValues = (failureMode: string): boolean => ofBadValues.includes(failureMode);

const kinds: Readonly<Record<string, AlertKind>> = alertKinds;

type Said = Pick<Prediction, 'failureMode' | 'kind' | 'remainingLife'>;

/** The kind; gateways of before do not say it. */
export function kindOf({ failureMode, kind, remainingLife }: Said): AlertKindName {
  for (const name of [kind ?? '', failureMode]) if (Object.hasOwn(kinds, name)) return name as AlertKindName;
  return remainingLife ? 'remaining-life' : 'unusual';
}

/** In words: of a failure mode that a machine type has named, or a condition of Harbinger, its own name. */
export function whatOf(mode: string, kind: string = mode): string {
  const known = Object.hasOwn(kinds, mode)
    ? kinds[mode]
    : Object.hasOwn(kinds, kind)
      ? kinds[kind]
      : undefined;
  return known?.what ?? mode.replaceAll(/[-_]+/g, ' ');
}

/** The words of what to do, in one line: those of the event, else those of its kind, with the name of its machine in a command. */
export function actionOf(
  prediction: Said & Pick<Prediction, 'severity' | 'action'> & Partial<Pick<Prediction, 'site' | 'machine'>>,
): string {
  const action = prediction.action ?? kinds[kindOf(prediction)]!.action[prediction.severity];
  const { site, machine } = prediction;
  if (site === undefined || machine === undefined) return action;
  const named = action.replace(
    '`harbinger machines relearn`',
    `\`harbinger machines relearn ${site}/${machine} --note "…"\``,
  );
  return named.length <= actionLengthMax ? named : action;
}

/** True if figures of an estimate belong to it: what rules make of a value that has just jumped over its limit says nothing about life. */
export function isEstimated(prediction: Said & Pick<Prediction, 'source' | 'detector'>): boolean {
  const kind = kindOf(prediction);
  if (!kinds[kind]!.isMeasured) return true;
  return kind === 'limit' && (prediction.source === 'model' || prediction.detector !== undefined);
}

const unsureEnd = ', so whether this still holds is not known';

/** True for the alert of a silence that is over, and of which only the end waits: the machine is heard. */
export const isHeardAgain = ({
  failureMode,
  heardSince,
}: Pick<Prediction, 'failureMode' | 'heardSince'>): boolean =>
  failureMode === silentFailureMode && heardSince !== undefined;

/** Says of an alert that its machine is not heard any more. @param since in words */
export const unsureText = (since: string): string => `No data since ${since}${unsureEnd}`;

/** True for a reason that says nothing of the machine, but that nothing is known of it. */
export const isUnsureText = (reason: string): boolean => reason.endsWith(unsureEnd);
