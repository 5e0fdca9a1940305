import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { DecisionRecord } from '../../../shared/contract/events.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf } from '../schemas.ts';
import { joinedPage, namesOf } from './joined.ts';

const StoredDecision = Type.Intersect([
  DecisionRecord,
  Type.Object({ gateway: Type.String(), at: Type.String() }),
]);

const Parameters = Type.Object(
  {
    ...PageParameters.properties,
    id: Type.Optional(Type.String({ maxLength: 128, description: 'only the decision with this id' })),
  },
  { additionalProperties: false },
);

type DecisionContext = Pick<RouteContext, 'decisions' | 'machines' | 'decommissioning'>;

export function decisionRoutes(app: FastifyInstance, context: DecisionContext): void {
  app.get<{ Querystring: Static<typeof Parameters> }>(
    '/api/decisions',
    {
      schema: {
        summary: 'Decision records: inputs, answer, reasons and policy of each decision',
        querystring: Parameters,
        response: answers('a page, newest first', pageOf(StoredDecision)),
      },
    },
    ({ query }) => {
      if (query.id !== undefined) {
        const found = context.decisions.find(query.id);
        return { items: found ? [found] : [], next: null };
      }
      return joinedPage(context.decisions, query, namesOf(context), ({ subject, at }) => ({
        subject,
        timeMs: Date.parse(at),
      }));
    },
  );
}
