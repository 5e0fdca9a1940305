/**
 * Routes about alerts (cloud/api/alerts): the list here, closing one by hand, and notifications that could not be delivered.
 * Alerts are opened and ended by what gateways send; nothing here decides about them.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { byAttention } from '../machine-view.ts';
import { Alert } from '../schemas.ts';
import { waitsForSomebody } from './chosen.ts';
import { asTheyAreNow } from './live-alerts.ts';

const Query = Type.Object(
  {
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('resolved')])),
    subject: Type.Optional(
      Type.String({ maxLength: 200, description: 'site/machine, `gateway NAME` or `the cloud`' }),
    ),
    alertId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 128, description: 'only those of this id' }),
    ),
    unacknowledged: Type.Optional(
      Type.Boolean({ description: 'true: only open ones that nobody has acknowledged or shelved' }),
    ),
    assignee: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'only those that this person looks after' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 200 }),
  },
  { additionalProperties: false },
);

export function alertRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'alerts' | 'machines' | 'outcomes' | 'viewContext'>,
): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/alerts',
    {
      schema: {
        summary: 'Alerts: open before resolved, critical before warning, newest first',
        description:
          'Value, remaining life and reasons of an open one are those of now (`asOf`); `history` has what was told of it.',
        querystring: Query,
        response: answers(
          'the alerts, and their total number',
          Type.Object({ alerts: Type.Array(Alert), total: Type.Integer() }),
        ),
      },
    },
    ({ query }) => {
      const alerts = context.alerts
        .all(query.state)
        .filter(({ alertId }) => query.alertId === undefined || query.alertId === alertId)
        .filter((alert) => query.subject === undefined || alertSaid(alert).where === query.subject)
        .filter((alert) => !query.unacknowledged || waitsForSomebody(alert))
        .filter(({ work }) => query.assignee === undefined || work?.assignee === query.assignee)
        .sort(byAttention);
      const shown = alerts.slice(0, query.limit);
      return { alerts: asTheyAreNow(shown, context), total: alerts.length };
    },
  );
}
