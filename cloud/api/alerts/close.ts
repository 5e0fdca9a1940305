/** Closing an alert by hand. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { closedLimits } from '../../../shared/contract/alerts/closed.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Alert, Name } from '../schemas.ts';

const Body = Type.Object(
  {
    alertId: Type.String({ minLength: 1, maxLength: 128 }),
    reason: Type.String({
      minLength: 1,
      maxLength: closedLimits.reasonLengthMax,
      description: 'why, for those who were told of it',
    }),
    by: Type.Optional(Type.String({ maxLength: closedLimits.byLengthMax, description: 'who closes it' })),
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
          'Its receivers are told that it was closed, and why. Its gateway is let know, also later if it is away now, and ends it too. It does not open again as long as its cause lasts and does not get worse; when the cause becomes critical, has ended and begins anew, or another sensor or cause joins it, another alert opens. The request and its outcome are recorded in /api/audit.',
        body: Body,
        response: answers('the alert', Type.Object({ alert: Alert })),
      },
    },
    async (request) => {
      const { alertId, reason, by = '', gateway } = request.body;
      const about = { action: 'alerts.close', subject: `${alertId}: ${reason}${by && ` (${by})`}` };
      const close = async () => {
        try {
          return await context.closing.close(alertId, { reason, by }, gateway);
        } catch (error) {
          if (codeOf(error) !== 'ALERT_NOT_OPEN') throw error;
          throw new HttpError(404, 'ALERT_NOT_OPEN', messageOf(error));
        }
      };
      return { alert: await audited(context, request, about, close, ({ state }) => ({ state })) };
    },
  );
}
