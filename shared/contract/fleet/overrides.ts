/** The content of documents of the kind `overrides`: a person's word in place of what a gateway would decide by itself. */
import { type Static, Type } from '@sinclair/typebox';
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

export const overrideActions = ['mute', 'rules'] as const;
export type OverrideAction = (typeof overrideActions)[number];

/** Fields that a reader does not know are kept; an action that it does not know it cannot follow, and says so. */
export const OverrideBody = Type.Object({
  ...where,
  action: Type.String({
    maxLength: 40,
    description: 'mute: nobody is told of its alerts; rules: the rules decide about it, and no model does',
  }),
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
export function overrideProblem({ site, machine, type, fleet, action }: OverrideBody): string | null {
  const ways = [site, type, fleet].filter((way) => way !== undefined).length;
  if (ways !== 1 || (machine !== undefined && site === undefined))
    return 'say which machines: {"site": "hall-1", "machine": "fan-3"}, {"site": "hall-1"}, {"type": "pump"} or {"fleet": true}';
  return (overrideActions as readonly string[]).includes(action)
    ? null
    : `there is no action '${action}'; there are: ${overrideActions.join(', ')}`;
}
