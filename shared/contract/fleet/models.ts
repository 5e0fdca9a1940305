/**
 * The content of documents of the kind `models`: which version of a model judges the machines of a type, and which runs beside it.
 * A document has one role for one type, so that each stands, ends and is taken back by itself.
 */
import { type Static, Type } from '@sinclair/typebox';
import { type ModelRef, parsedRef } from '../models/model-ref.ts';
import { shareAt } from '../models/share-of.ts';
import { plainName } from '../topics.ts';

/**
 * `active` judges all machines of the type; `ab` judges a share of them in place of it; `shadow` is asked about live readings, and
 * nothing follows from what it says.
 */
export const modelRoles = ['active', 'ab', 'shadow'] as const;
export type ModelRole = (typeof modelRoles)[number];

export const ModelsBody = Type.Object({
  role: Type.String({ maxLength: 40, description: `one of ${modelRoles.join(', ')}` }),
  machineType: Type.String({ ...plainName }),
  model: Type.String({ maxLength: 140, description: 'name@version, e.g. pump-rul@2.1.0' }),
  before: Type.Optional(
    Type.String({ maxLength: 140, description: 'of active: the version that judged before, for a rollback' }),
  ),
  machines: Type.Optional(
    Type.Array(Type.String({ maxLength: 140 }), {
      minItems: 1,
      maxItems: 64,
      description: 'only these machines: site/machine, where * stands for any text; absent: all of the type',
    }),
  ),
  share: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'only so great a part of them, by a hash of their names; absent: all',
    }),
  ),
});
export type ModelsBody = Static<typeof ModelsBody>;

/** Says what is wrong with it; null if nothing is. */
export function modelsProblem({ role, model, machines, share }: ModelsBody): string | null {
  if (!(modelRoles as readonly string[]).includes(role))
    return `there is no role '${role}'; there are: ${modelRoles.join(', ')}`;
  if (!parsedRef(model)) return `'${model}' is not NAME@VERSION, e.g. pump-rul@2.1.0`;
  if (role === 'active' && (machines || share !== undefined))
    return 'the active version is for all machines of its type; for some of them there is ab';
  if (role === 'ab' && share === undefined) return 'say for which share: {"share": 0.5}';
  const wrong = machines?.find((pattern) => !/^[A-Za-z0-9_.*-]+\/[A-Za-z0-9_.*-]+$/.test(pattern));
  return wrong === undefined ? null : `'${wrong}' is not SITE/MACHINE, e.g. plant/*`;
}

export const refOf = ({ model }: ModelsBody): ModelRef => parsedRef(model)!;

/** Returns which machines of its type a document is about. */
export function machinesOf({ machines, share = 1 }: ModelsBody): (site: string, machine: string) => boolean {
  const patterns = machines?.map(patternOf);
  return (site, machine) => {
    const name = `${site}/${machine}`;
    return (patterns?.some((pattern) => pattern.test(name)) ?? true) && shareAt(name) < share;
  };
}

function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '[^/]*');
  return new RegExp(`^${escaped}$`);
}

/** Says it in words. */
export function modelsText({ role, machineType, model, machines, share }: ModelsBody): string {
  const which = machines ? machines.join(', ') : `all machines of type ${machineType}`;
  const part = share === undefined || share === 1 ? which : `${+(100 * share).toFixed(2)} % of ${which}`;
  if (role === 'active') return `${model} judges ${part}`;
  return role === 'ab'
    ? `${model} judges ${part}, in place of the active version`
    : `${model} runs beside, on ${part}`;
}
