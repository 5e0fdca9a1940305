/**
 * Routes about models (cloud/api/models): the registry, and here versions that are tried beside those that judge. merge.ts adds up
 * what gateways have told, compare.ts adds what warnings turned out to be.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { figuresOfOutcomes, ShareView } from '../outcomes/schemas.ts';
import { Name, nullable } from '../schemas.ts';
import { comparisonOf } from './compare.ts';
import { mergedTrials } from './merge.ts';

const RateShown = Type.Object(
  {
    value: Type.Number(),
    low: Type.Number({ description: 'between this and `high` it lies with 95 % confidence' }),
    high: Type.Number(),
    count: Type.Integer(),
    exposure: Type.Number({ description: 'machine-months' }),
  },
  { description: 'false alarms and missed failures in a machine-month' },
);
const Variant = Type.Object({
  model: Type.String(),
  machineMonths: Type.Number({ description: 'that it has judged' }),
  latencyMs: Type.Object({ median: nullable(Type.Number()), p99: nullable(Type.Number()) }),
  outcomes: nullable(
    Type.Object(figuresOfOutcomes, {
      description:
        'what its warnings turned out to be during the trial, at its gateways; null: it has none, and has missed nothing',
    }),
  ),
  wrong: nullable(RateShown),
});
const Comparison = Type.Object({
  gateways: Type.Array(Type.String()),
  figures: ModelsCompared,
  agreement: nullable(ShareView),
  candidate: Variant,
  against: Variant,
  machineMonthsNeeded: nullable(
    Type.Number({
      description:
        'of A/B: that each needs still before a difference as great as this would mean anything; null: they do not differ yet',
    }),
  ),
});
const Query = Type.Object(
  {
    machineType: Type.Optional(Name),
    model: Type.Optional(Type.String({ maxLength: 140, description: 'a candidate: NAME or NAME@VERSION' })),
  },
  { additionalProperties: false },
);

/** `GET /api/models/compared`. */
export function comparedRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'fleet' | 'outcomes'>,
): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/models/compared',
    {
      schema: {
        summary: 'What versions of models that are tried say beside those that judge',
        querystring: Query,
        response: answers(
          'one for each candidate and version that it was tried beside, the latest first',
          Type.Object({ trials: Type.Array(Comparison) }),
        ),
      },
    },
    ({ query }) => {
      const outcomes = [...context.outcomes.all()];
      const isMeant = ({ figures }: { figures: ModelsCompared }) =>
        (query.machineType ?? figures.machineType) === figures.machineType &&
        (query.model === undefined ||
          figures.candidate === query.model ||
          figures.candidate.startsWith(`${query.model}@`));
      return {
        trials: mergedTrials(context.fleet.compared().filter(isMeant)).map((each) =>
          comparisonOf(each, outcomes),
        ),
      };
    },
  );
}
