import { timeText } from '../../../shared/contract/envelope.ts';
import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import { type ModelRole, type ModelsBody, machinesOf, refOf } from '../../../shared/contract/fleet/models.ts';
import type { ModelRef } from '../../../shared/contract/models/model-ref.ts';
import type { Override } from '../../../shared/decisions/policy.ts';
import { isEstimatePolicy } from '../../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** Content of one document, as it is followed. */
export interface Wish {
  key: string;
  version: number;
  role: ModelRole;
  machineType: string;
  model: ModelRef;
  /** The person who wants it, and why. */
  override: Override;
  /** Whether it is about this machine of its type. */
  covers(site: string, machine: string): boolean;
}

/** The wishes of documents; of several with one role for one type, one for this gateway alone counts, else the newest. */
export function wishesOf(documents: readonly DesiredDocument[]): Wish[] {
  const chosen = new Map<string, { document: DesiredDocument; wish: Wish }>();
  for (const document of documents) {
    const body = document.body as ModelsBody;
    const role = body.role as ModelRole;
    const place = `${role} ${body.machineType}`;
    const known = chosen.get(place);
    if (known && !isNearer(document, known.document)) continue;
    const wish: Wish = {
      ...{ key: keyOf(document), version: document.version, role, machineType: body.machineType },
      model: refOf(body),
      override: overrideOf(document),
      covers: machinesOf(body),
    };
    chosen.set(place, { document, wish });
  }
  return [...chosen.values()].map(({ wish }) => wish);
}

function overrideOf(document: DesiredDocument): Override {
  const { who, why, untilMs, version } = document;
  const until = untilMs === undefined ? {} : { until: timeText(untilMs) };
  return { by: who, why, ...until, document: `${keyOf(document)} ${version}` };
}

export const isSameWish = (a: Wish, b: Wish) => a.key === b.key && a.version === b.version;

function isNearer(a: DesiredDocument, b: DesiredDocument): boolean {
  const [isOwnA, isOwnB] = [a.gateway !== undefined, b.gateway !== undefined];
  return isOwnA === isOwnB ? a.version > b.version : isOwnA;
}

/** The remaining life at which machines of a type warn; null: they do not. */
export function scaleOf(type: MachineType | undefined): number | null {
  const lives = (type?.alerts ?? [])
    .filter(isEstimatePolicy)
    .flatMap(({ on, openAt }) => (on === 'remaining-life' ? [openAt] : []));
  return lives.length === 0 ? null : Math.max(...lives);
}
