/** The content of documents of the kind `overrides`: a person's word in place of what a gateway would decide by itself. */
import { type Static, Type } from '@sinclair/typebox';
import { parsedRef } from '../models/model-ref.ts';
import { plainName } from '../topics.ts';

const Name = Type.String({ ...plainName });

/** Exactly one of the ways to say which machines. */
const where = {
  site: Type.Optional(Name),
  machine: Type.Optional(Type.String({ ...plainName, description: 'of the site' })),
  type: Type.Optional(
    Type.String({ ...plainName, description: 'all machines of a type, in place of a site' }),
  ),
  fleet: Type.Optional(Type.Literal(true, { description: 'all machines, in place of site or type' })),
};

export const overrideActions = ['mute', 'rules', 'pin', 'alert', 'stop'] as const;
export const alertSeverities = ['warning', 'critical'] as const;
export type OverrideAction = (typeof overrideActions)[number];

/** Fields that a reader does not know are kept; an action that it does not know it cannot follow, and says so. */
export const OverrideBody = Type.Object({
  ...where,
  action: Type.String({
    maxLength: 40,
    description:
      'mute: nobody is told of its alerts; rules: the rules decide about it, and no model does; pin: one version of its model judges it; alert: an alert is open, whatever is measured; stop: versions of models are rolled out no further, or, of a site or machine, to others alone',
  }),
  model: Type.Optional(
    Type.String({ maxLength: 140, description: 'of pin: name@version, e.g. pump-rul@2.0.0' }),
  ),
  severity: Type.Optional(
    Type.String({ maxLength: 20, description: 'of alert: warning (default) or critical' }),
  ),
  machineType: Type.Optional(Type.String({ ...plainName, description: 'of alert: the type of its machine' })),
});
export type OverrideBody = Static<typeof OverrideBody>;

/** Names the machines of an override: `hall-1/fan-3`, `hall-1`, `type pump`, `all machines`. */
export function whereOf({ site, machine, type, fleet }: OverrideBody): string {
  if (fleet) return 'all machines';
  if (type !== undefined) return `type ${type}`;
  return machine === undefined ? `${site}` : `${site}/${machine}`;
}

/** Whether an override is of this machine. */
export function covers(
  { site, machine, type, fleet }: OverrideBody,
  name: { site: string; machine: string; machineType: string },
): boolean {
  if (fleet || type === name.machineType) return true;
  return site === name.site && (machine ?? name.machine) === name.machine;
}

/** Says what is wrong with it; null if nothing is. */
export function overrideProblem(body: OverrideBody): string | null {
  const { site, machine, type, fleet, action, model, severity, machineType } = body;
  const ways = [site, type, fleet].filter((way) => way !== undefined).length;
  if (ways !== 1 || (machine !== undefined && site === undefined))
    return 'say which machines: {"site": "hall-1", "machine": "fan-3"}, {"site": "hall-1"}, {"type": "pump"} or {"fleet": true}';
  if (!(overrideActions as readonly string[]).includes(action))
    return `there is no action '${action}'; there are: ${overrideActions.join(', ')}`;
  if (action === 'alert') {
    if (machine === undefined) return 'an alert is of one machine: {"site": "hall-1", "machine": "fan-3"}';
    if (severity !== undefined && !(alertSeverities as readonly string[]).includes(severity))
      return `there is no severity '${severity}'; there are: ${alertSeverities.join(', ')}`;
  } else if (severity !== undefined || machineType !== undefined)
    return `severity and machineType belong to alert, and not to ${action}`;
  if (action !== 'pin') return model === undefined ? null : `a model belongs to pin, and not to ${action}`;
  return parsedRef(model ?? '') ? null : 'say which version: {"action": "pin", "model": "pump-rul@2.0.0"}';
}
