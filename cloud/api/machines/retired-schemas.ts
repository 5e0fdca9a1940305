import { Type } from '@sinclair/typebox';
import type { RetiredMachine } from '../../ports/retired/retired.ts';
import { Name } from '../schemas.ts';

/** A machine, as requests name it. */
export const Wanted = Type.Object(
  {
    gateway: Type.Optional({
      ...Name,
      description: 'may be absent where only one gateway has a machine of that name',
    }),
    site: Name,
    machine: Name,
  },
  { additionalProperties: false },
);

const MachineName = Type.Object({ gateway: Type.String(), site: Type.String(), machine: Type.String() });

export const FormerName = Type.Intersect([
  MachineName,
  Type.Object({
    machineType: Type.String(),
    untilMs: Type.Number({ description: 'when it was renamed, ms since 1970' }),
  }),
]);

export const Retirement = Type.Object({
  atMs: Type.Number({ description: 'ms since 1970' }),
  why: Type.Union([Type.Literal('retired'), Type.Literal('renamed'), Type.Literal('deleted')]),
  into: Type.Union([MachineName, Type.Null()], { description: 'the machine that it was renamed to' }),
  isBack: Type.Boolean({ description: 'it was renamed, and was heard again under this name' }),
});

export const RetiredMachineView = Type.Intersect([
  MachineName,
  Retirement,
  Type.Object({ machineType: Type.String(), lastSeenMs: Type.Number({ description: 'ms since 1970' }) }),
]);

export function retirementOf({ atMs, why, into, isBack }: RetiredMachine) {
  return { atMs, why, into, isBack };
}

export function retiredView(row: RetiredMachine) {
  const { gateway, site, machine, machineType, lastSeenMs } = row.state;
  return { gateway, site, machine, machineType, lastSeenMs, ...retirementOf(row) };
}

const Count = Type.Integer({ minimum: 0 });

export const RetireAnswer = Type.Object({
  machines: Type.Integer({ minimum: 0, description: 'taken out of the list' }),
  alerts: Type.Integer({ minimum: 0, description: 'open alerts that ended, or that moved with a rename' }),
  warnings: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'machines that were renamed and still send under the old name, with what to do, and overrides that could not be given to the new name',
    }),
  ),
});

export const EraseAnswer = Type.Object({
  machines: Count,
  alerts: Count,
  stored: Type.Union([Count, Type.Null()], {
    description: 'readings, estimates and events that were deleted from the store; null if it does not say',
  }),
  events: Type.Integer({ minimum: 0, description: 'entries of the lists of events and decisions' }),
  isComplete: Type.Boolean({ description: 'false: repeat the request, it goes on' }),
});
