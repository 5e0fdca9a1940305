import { Type } from '@sinclair/typebox';

const Count = Type.Integer({ minimum: 0 });
const more = { additionalProperties: true };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const byLane = (value: typeof Count) => Type.Record(Type.String(), value);

const Journal = Type.Object(
  {
    lane: Type.String(),
    firstSeq: Count,
    lastSeq: Count,
    bytes: Count,
    bytesMax: Type.Integer({ description: 'of all lanes together' }),
    dropped: Type.Object({ blocks: Count, lines: Count, bytes: Count }),
    oldestMs: nullable(Type.Number({ description: 'ms since 1970' })),
  },
  more,
);

const Uplink = Type.Object(
  {
    connected: Type.Boolean(),
    connects: Count,
    lastError: nullable(Type.String()),
    lines: byLane(Count),
    bytes: byLane(Count),
  },
  more,
);

/** `GET /api/status`: what is relied on. There is more, for people. */
export const GatewayStatus = Type.Object(
  {
    gateway: Type.String(),
    pending: Type.Integer({ description: 'messages on their way to the disk' }),
    pipeline: Type.Object(
      { messages: Count, readings: Count, deadLetters: Count, fieldsIgnored: Count },
      more,
    ),
    machines: Count,
    journalTrouble: nullable(Type.String({ description: 'why sensors wait' })),
    journals: Type.Array(Journal),
    backlog: Type.Record(Type.String(), Type.Object({ blocks: Count, confirmedSeq: Count }), {
      description: 'by lane: not confirmed by the cloud yet',
    }),
    uplink: nullable(Uplink),
    deadLetters: Type.Object({ count: Count, bytes: Count, dropped: Count }, more),
    clockSet: Type.Boolean({ description: 'false: times go on from the newest that is known, see the log' }),
    diskFreeBytes: nullable(Type.Number({ description: 'of the data folder’s disk' })),
    broker: Type.Object({ connections: Count, messages: Count, refused: byLane(Count) }, more),
    serial: Type.Array(Type.Object({ path: Type.String(), open: Type.Boolean(), lines: Count }, more)),
    intelligence: Type.Object({}, more),
    alerts: Type.Object({ openPredictions: Type.Array(Type.Unknown()) }, more),
    jobs: Type.Array(Type.Object({ name: Type.String() }, more)),
  },
  more,
);
