import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { keyOf } from '../../../../shared/contract/fleet/documents.ts';
import { OverrideBody, overrideProblem } from '../../../../shared/contract/fleet/overrides.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type {
  FollowedKind,
  ForcedAlert,
  MachineOverride,
  MachineOverrides,
  PersonsWord,
  PinnedModels,
  RolloutStop,
  Waits,
} from '../../../ports/fleet/fleet.ts';

const check = compileValidator(OverrideBody);

type Asked = Parameters<MachineOverrides['of']>[0];

/** Knows what people say about machines in place of what is decided by itself; decisions and notices ask it. */
export class Overrides implements FollowedKind, MachineOverrides {
  readonly kind = 'overrides';
  /** By machine, site, type and all, as `placesOf` names them. */
  private byPlace = new Map<string, MachineOverride>();
  private wanted: readonly ForcedAlert[] = [];
  private readonly listeners: (() => void)[] = [];
  private readonly models: PinnedModels | null;

  /** @param models absent: no version of a model can be pinned */
  constructor(models: PinnedModels | null = null) {
    this.models = models;
  }

  problem(body: Record<string, unknown>): string | null {
    try {
      return overrideProblem(check(body, (problem) => new Error(problem)));
    } catch (error) {
      return messageOf(error);
    }
  }

  prepare(documents: readonly DesiredDocument[]): void {
    this.models?.pin(documents.flatMap(({ body }) => (body as OverrideBody).model ?? []));
    // Before anything else comes into force that the same message may bring.
    this.models?.halt([...documents].sort((a, b) => a.version - b.version).flatMap(stopOf));
  }

  waits({ body }: DesiredDocument): Waits | null {
    const { model } = body as OverrideBody;
    if (model === undefined) return null;
    return this.models
      ? this.models.pinWaits(model)
      : { state: 'refused', problem: 'this gateway runs one version of a model' };
  }

  onReady(listener: () => void): void {
    this.models?.onReady(listener);
  }

  /** Takes the newest of several for one place. */
  apply(documents: readonly DesiredDocument[]): void {
    const byPlace = new Map<string, MachineOverride>();
    this.wanted = documents.flatMap((document) => forcedBy(document) ?? []);
    for (const document of [...documents].sort((a, b) => a.version - b.version)) {
      const body = document.body as OverrideBody;
      if (body.action === 'alert' || body.action === 'stop') continue;
      const place = placeOf(body);
      const action = body.action as keyof MachineOverride;
      const { model } = body;
      const word = { ...wordOf(document), ...(model !== undefined && { model }) };
      byPlace.set(place, { ...byPlace.get(place), [action]: word });
    }
    this.byPlace = byPlace;
    for (const listener of this.listeners) listener();
  }

  /** Words about the machine itself count more than those about its site, its type, and all. */
  of(machine: Asked): MachineOverride | null {
    const held = this.models?.held(machine) ?? null;
    if (this.byPlace.size === 0) return held && { pin: held };
    const said = placesOf(machine).flatMap((place) => this.byPlace.get(place) ?? []);
    // A version that somebody has named counts more than that nothing is to change.
    if (held) said.push({ pin: held });
    return said.length === 0 ? null : Object.assign({}, ...said.reverse());
  }

  forced(): readonly ForcedAlert[] {
    return this.wanted;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }
}

function wordOf(document: DesiredDocument): PersonsWord {
  const { version, who, why, untilMs } = document;
  return { key: keyOf(document), version, who, why, ...(untilMs !== undefined && { untilMs }) };
}

function stopOf(document: DesiredDocument): RolloutStop[] {
  const { action, type = null, site, machine } = document.body as OverrideBody;
  if (action !== 'stop') return [];
  const place = { ...(site !== undefined && { site }), ...(machine !== undefined && { machine }) };
  return [{ machineType: type, ...place, word: wordOf(document) }];
}

function forcedBy(document: DesiredDocument): ForcedAlert | null {
  const { site, machine, action, severity, machineType = 'generic' } = document.body as OverrideBody;
  if (action !== 'alert' || site === undefined || machine === undefined) return null;
  const { askedMs } = document;
  const said = { ...wordOf(document), askedMs, site, machine, machineType };
  return { ...said, severity: severity === 'critical' ? 'critical' : 'warning' };
}

function placeOf({ site, machine, type, fleet }: OverrideBody): string {
  if (fleet) return 'all';
  if (type !== undefined) return `type ${type}`;
  return machine === undefined ? `site ${site}` : `machine ${site}/${machine}`;
}

const placesOf = ({ site, machine, type }: Asked) => [
  `machine ${site}/${machine}`,
  `site ${site}`,
  `type ${type.name}`,
  'all',
];
