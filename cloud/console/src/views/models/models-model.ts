/** Versions of models with what they do, what could be done with them, and the words of trials and outcomes. */
import type {
  FleetAsked,
  OutcomeStatistics,
  RegisteredModel,
  ShownDocument,
  Trial,
} from '../../api/plant-wire.ts';
import { duration, number, percent } from '../../format.ts';
import { texts } from '../../words/words.ts';

export interface VersionModel {
  ref: string;
  machineType: string;
  signedBy: string;
  pushedMs: number;
  /** Its roles of now, in words; empty if it has none. */
  does: string[];
  isActive: boolean;
}

export function versionModels(
  models: readonly RegisteredModel[],
  documents: readonly ShownDocument[],
): VersionModel[] {
  return models.map(({ name, version, machineType, key, pushedMs }) => {
    const ref = `${name}@${version}`;
    const of = documents.filter(({ body, isOver }) => !isOver && body.model === ref);
    return {
      ...{ ref, machineType, signedBy: key, pushedMs },
      does: of.map(({ text, gateways }) => `${text}${differences(gateways)}`),
      isActive: of.some(({ body }) => body.role === 'active'),
    };
  });
}

function differences(gateways: ShownDocument['gateways']): string {
  const others = gateways.filter(({ differs }) => differs !== null);
  return others.length === 0
    ? ''
    : ` (${others.map(({ gateway, differs }) => `${gateway}: ${differs}`).join('; ')})`;
}

/** Gateways name a version that they have taken back by these words. */
const takenBack = 'it was rolled back';

/** The version that a rollback brings back: the one that is replaced, or the one before it where gateways have taken that back. */
export function versionBefore(ref: string, active: ShownDocument | undefined): string | undefined {
  if (!active) return undefined;
  const { model, before } = active.body as { model: string; before?: string };
  const isTakenBack = active.gateways.some(({ differs }) => differs?.includes(takenBack));
  return model === ref || isTakenBack ? before : model;
}

export const activeOf = (
  documents: readonly ShownDocument[],
  machineType: string,
): ShownDocument | undefined =>
  documents.find(
    ({ body, isOver, gateway }) =>
      !isOver && gateway === undefined && body.role === 'active' && body.machineType === machineType,
  );

type Role = 'shadow' | 'ab' | 'active';

/** The request that gives a version a role. `share`: of `ab`, in per cent. */
export function roleRequest(
  { ref, machineType }: VersionModel,
  role: Role,
  { who, why, share }: { who: string; why: string; share?: number },
  documents: readonly ShownDocument[],
): FleetAsked {
  const before = role === 'active' ? versionBefore(ref, activeOf(documents, machineType)) : undefined;
  return {
    kind: 'models',
    ...{ who, why },
    body: {
      ...{ role, machineType, model: ref },
      ...(role === 'ab' && { share: (share ?? 50) / 100 }),
      ...(before !== undefined && { before }),
    },
  };
}

/** Lines that put the versions of a trial side by side. */
export function trialLines({ figures, agreement, candidate, against, machineMonthsNeeded }: Trial): string[] {
  const words = texts().plant.models;
  const { alerts, readings, machines } = figures;
  return [
    words.trialSeen(number(readings), machines),
    ...(agreement ? [words.agreed(percent(agreement.value))] : []),
    words.warned(alerts.both, alerts.raised, alerts.spared),
    words.latency(number(candidate.latencyMs.median), number(against.latencyMs.median)),
    ...[candidate, against].flatMap(({ model, wrong }) =>
      wrong ? [words.wrong(model, number(wrong.value), number(wrong.low), number(wrong.high))] : [],
    ),
    ...(machineMonthsNeeded === null ? [] : [words.needed(number(machineMonthsNeeded))]),
  ];
}

export function outcomeRows({ policies }: OutcomeStatistics): { key: string; cells: string[] }[] {
  return policies.map(({ policy, name, version, machineType, warnings, precision, recall, leadMs }) => ({
    key: `${policy} ${name} ${version} ${machineType}`,
    cells: [
      `${policy}${name === '' ? '' : ` ${name} ${version}`}`.trim(),
      machineType,
      String(warnings.total),
      `${warnings.confirmed} / ${warnings.falseAlarms}`,
      precision ? percent(precision.value) : '–',
      recall ? percent(recall.value) : '–',
      leadMs ? duration(leadMs.median) : '–',
    ],
  }));
}
