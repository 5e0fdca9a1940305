import { type Static, Type } from '@sinclair/typebox';

const Count = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 10_000_000, default: fallback, description });

const Days = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 100_000, default: fallback, description });

/** Limits of the lists in the operations database. When a list is full, its oldest entries are removed. */
export const OperationsConfig = Type.Object(
  {
    eventsMax: Count(
      100_000,
      'Events other than decision records; above it the gateway that has most loses its oldest.',
    ),
    decisionsMax: Count(100_000, 'Decision records; above it the gateway that has most loses its oldest.'),
    machinesMax: Count(
      50_000,
      'Machines with a current state that one gateway may have; further ones are not listed. Where several gateways have some, each has no more than it leaves to the others, of twice as many.',
    ),
    retiredMax: Count(
      10_000,
      'Machines that were retired, renamed or deleted by hand; above it the oldest are forgotten, renamed ones last.',
    ),
    alertsOpenMax: Count(
      10_000,
      'Open alerts; above it those of the gateway with most which are longest untouched are not shown any more, a hundredth at once. Its receivers are still told when it ends, up to four times as many.',
    ),
    alertsResolvedMax: Count(2_000, 'Resolved alerts, shared out in the same way.'),
    quarantineMax: Count(
      1_000,
      'Entries in quarantine; above it the gateway that has most loses its oldest.',
    ),
    quarantineBytesMax: Type.Integer({
      minimum: 1,
      default: 64 << 20,
      description: 'Space for them; above it the gateway that has most loses its oldest.',
    }),
    notificationsMax: Count(
      2_000,
      'Notifications that wait, for each notifier; above it the alerts of the oldest are summed up in a digest.',
    ),
    deadNotificationsMax: Count(1_000, 'Notifications that were given up, kept to be sent again by hand.'),
    auditMax: Count(10_000, 'Records of changes that people have asked for.'),
    outcomesMax: Count(
      20_000,
      'Warnings of machines, and failures, with what they turned out to be; above it the gateway that has most loses its oldest, a hundredth at once. Of one machine there are at most 200.',
    ),
    eventsDaysMax: Days(
      365,
      'How long events are kept; 0: for ever. The job retention deletes older ones, but those of open alerts. As for all ages here, it counts from when the cloud got it, and a jump of the clock has to last for a day before it counts.',
    ),
    decisionsDaysMax: Days(365, 'How long decision records are kept; 0: for ever.'),
    alertsResolvedDaysMax: Days(
      365,
      'How long resolved alerts are kept; 0: for ever. Open ones are kept however old they are.',
    ),
    outcomesDaysMax: Days(
      1_095,
      'How long it is kept what warnings turned out to be; 0: for ever. Those that are open are kept however old they are.',
    ),
    quarantineDaysMax: Days(365, 'How long entries are kept in quarantine; 0: for ever.'),
    deadNotificationsDaysMax: Days(
      90,
      'How long notifications that were given up are kept; 0: for ever. Those that wait are kept however old they are.',
    ),
    auditDaysMax: Days(
      1_095,
      'How long records of changes that people have asked for are kept; 0: for ever.',
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How much of the past is kept. When a list is full its oldest entries are dropped.',
  },
);
export type OperationsConfig = Static<typeof OperationsConfig>;
