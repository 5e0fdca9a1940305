/** Closing an alert by hand. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Alert, Name } from '../schemas.ts';

const Body = Type.Object(
  {
    alertId: Type.String({ minLength: 1, maxLength: 128 }),
    reason: Type.String({ minLength: 1, maxLength: 300, description: 'why, for those who were told of it' }),
    gateway: Type.Optional(
      Type.Union([Name, Type.Literal('')], {
        description:
          'the gateway that reported it, where several have one of this id; empty for the cloud itself',
      }),
    ),
  },
  { additionalProperties: false },
);

export function closeRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'alerts' | 'closing' | 'audit' | 'clock'>,
): void {
  app.post<{ Body: Static<typeof Body> }>(
    '/api/alerts/close',
    {
      schema: {
        summary: 'Close an open alert by hand',
        description:
          'Its receivers are told that it was closed, and why. It does not open again as long as its cause lasts; when the cause has ended and begins anew, another alert opens. The request and its outcome are recorded in /api/audit.',
        body: Body,
        response: answers('the alert', Type.Object({ alert: Alert })),
      },
    },
    async (request) => {
      const { alertId, reason, gateway } = request.body;
      const about = { action: 'alerts.close', subject: `${alertId}: ${reason}` };
      const close = async () => {
        try {
          return await context.closing.close(alertId, reason, gateway);
        } catch (error) {
          if (codeOf(error) !== 'ALERT_NOT_OPEN') throw error;
          throw new HttpError(404, 'ALERT_NOT_OPEN', messageOf(error));
        }
      };
      return { alert: await audited(context, request, about, close, ({ state }) => ({ state })) };
    },
  );
}
