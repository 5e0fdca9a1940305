import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { DecisionRecord } from '../../shared/contract/events.ts';
import { answers } from '../../shared/http/openapi.ts';
import type { ReplayOutcome } from '../ports/replay/replay.ts';

export interface DecisionReplays {
  replay(records: readonly DecisionRecord[]): Promise<ReplayOutcome[]>;
}

/** A record is about 1.5 kB. */
const bodyBytesMax = 1 << 20;

const Replaying = Type.Object(
  {
    records: Type.Array(DecisionRecord, {
      minItems: 1,
      maxItems: 100,
      description: 'as `GET /api/decisions` of a cloud returns them',
    }),
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
    async (request) => ({ outcomes: await decisions.replay(request.body.records) }),
  );
}
