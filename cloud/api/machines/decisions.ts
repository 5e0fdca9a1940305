import { Type } from '@sinclair/typebox';
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

type DecisionContext = Pick<RouteContext, 'decisions' | 'machines' | 'decommissioning'>;

export function decisionRoutes(app: FastifyInstance, context: DecisionContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/decisions',
    {
      schema: {
        summary: 'Decision records: inputs, answer, reasons and policy of each decision',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(StoredDecision)),
      },
    },
    (request) =>
      joinedPage(context.decisions, request.query, namesOf(context), ({ subject, at }) => ({
        subject,
        timeMs: Date.parse(at),
      })),
  );
}
