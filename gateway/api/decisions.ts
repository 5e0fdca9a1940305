import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { DecisionRecord } from '../../shared/contract/events.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { answers } from '../../shared/http/openapi.ts';
import type { ReplayOutcome, StoredReadings } from '../ports/replay/replay.ts';

export interface DecisionReplays {
  replay(records: readonly DecisionRecord[], stored?: readonly StoredReadings[]): Promise<ReplayOutcome[]>;
}

/** A record is about 1.5 kB, and a value of stored readings about 20 bytes. */
const bodyBytesMax = 4 << 20;
const rowsMax = 5_000;
const sensorsMax = 256;

const Name = Type.String({ ...plainName });

const Stored = Type.Object(
  {
    site: Name,
    machine: Name,
    sensors: Type.Array(Name, { maxItems: sensorsMax }),
    timesMs: Type.Array(Type.Number(), { maxItems: rowsMax }),
    rows: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()]), { maxItems: sensorsMax }), {
      maxItems: rowsMax,
      description: 'oldest first, one value a sensor',
    }),
  },
  { additionalProperties: false },
);

const Replaying = Type.Object(
  {
    records: Type.Array(DecisionRecord, {
      minItems: 1,
      maxItems: 100,
      description: 'as `GET /api/decisions` of a cloud returns them',
    }),
    stored: Type.Optional(
      Type.Array(Stored, {
        maxItems: 100,
        description:
          'readings of their machines as the cloud has stored them, for decisions whose readings are no longer in the journal; the digest of the record tells whether they are those that were judged',
      }),
    ),
  },
  { additionalProperties: false },
);
const Outcome = Type.Object({
  decisionId: Type.String(),
  outcome: Type.Union(
    (['same', 'close', 'differs', 'impossible'] as const).map((name) => Type.Literal(name)),
    {
      description:
        'same: bit by bit; close: on another backend, within the tolerance that detail states; impossible: detail says why',
    },
  ),
  detail: Type.String(),
  isStoredWanted: Type.Optional(
    Type.Boolean({ description: 'it might be repeated by readings that the cloud has stored' }),
  ),
  figures: Type.Optional(
    Type.Record(Type.String(), Type.Object({ recorded: Type.Unknown(), replayed: Type.Unknown() })),
  ),
});

/** `POST /api/decisions/replay` with `{records: […]}`. */
export function decisionRoutes(app: FastifyInstance, { decisions }: { decisions: DecisionReplays }): void {
  app.post<{ Body: Static<typeof Replaying> }>(
    '/api/decisions/replay',
    {
      bodyLimit: bodyBytesMax,
      schema: {
        summary: 'Repeat recorded decisions of this gateway',
        description:
          'Each is made once more by the version that made it, from its readings in the journal, and compared with its record. Nothing is acted upon.',
        body: Replaying,
        response: answers('an outcome for each record', Type.Object({ outcomes: Type.Array(Outcome) })),
      },
    },
    async (request) => ({ outcomes: await decisions.replay(request.body.records, request.body.stored) }),
  );
}
