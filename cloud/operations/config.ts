import { type Static, Type } from '@sinclair/typebox';

const Count = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 10_000_000, default: fallback, description });

/** Limits of the lists in the operations database. When a list is full, its oldest entries are removed. */
export const OperationsConfig = Type.Object(
  {
    eventsMax: Count(100_000, 'events other than decision records'),
    decisionsMax: Count(100_000, 'decision records'),
    machinesMax: Count(
      50_000,
      'machines with a current state; further ones are not listed until one is removed',
    ),
    alertsOpenMax: Count(10_000, 'open alerts; above it the one longest untouched is closed'),
    alertsResolvedMax: Count(2_000, 'resolved alerts'),
    quarantineMax: Count(1_000, 'quarantined batches'),
    quarantineBytesMax: Type.Integer({
      minimum: 1,
      default: 64 << 20,
      description: 'what is kept of their bodies, together',
    }),
    notificationsMax: Count(2_000, 'waiting, for each notifier; above it the oldest becomes a dead letter'),
    deadNotificationsMax: Count(1_000, 'dead letters'),
    auditMax: Count(10_000, 'records of changes that were asked for by hand'),
  },
  { additionalProperties: false, default: {} },
);
export type OperationsConfig = Static<typeof OperationsConfig>;
