/** An entry of the maintenance log of a machine: something that people did at it, or found. */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';
import { MachineRef } from './prediction.ts';

export const maintainedLimits = { byLengthMax: 64, noteLengthMax: 1_000, idLengthMax: 64 } as const;

/**
 * `replaced`: another machine, or as good as a new one; `repaired`: a part of it was mended or changed; `inspected`: somebody has
 * looked; `retired`: out of use for good; `note`: anything else.
 */
export const maintainedKinds = ['replaced', 'repaired', 'inspected', 'retired', 'note'] as const;
export type MaintainedKind = (typeof maintainedKinds)[number];

export const MachineMaintained = Type.Intersect([
  MachineRef,
  Type.Object({
    entryId: Type.String({ minLength: 1, maxLength: maintainedLimits.idLengthMax }),
    gateway: Type.String({ ...plainName, description: 'the gateway of the machine' }),
    kind: Type.Union(
      maintainedKinds.map((name) => Type.Literal(name)),
      {
        description:
          'replaced and repaired begin another life of the machine; retired ends it; inspected and note change nothing',
      },
    ),
    by: Type.String({ maxLength: maintainedLimits.byLengthMax, description: 'empty if nobody is named' }),
    note: Type.String({ maxLength: maintainedLimits.noteLengthMax }),
  }),
]);
export type MachineMaintained = Static<typeof MachineMaintained>;
