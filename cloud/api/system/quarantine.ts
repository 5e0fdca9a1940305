import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { selectionOf, selectionSchema } from '../../../shared/http/selection.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf, Redriven } from '../schemas.ts';

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const facts = {
  id: Type.Integer(),
  atMs: Type.Number({ description: 'ms since 1970' }),
  gateway: Type.String(),
  lane: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  bytes: Type.Integer({ description: 'size of the refused content' }),
};
const Quarantined = Type.Object(facts);
const Whole = Type.Object({
  ...facts,
  body: Type.String({
    contentEncoding: 'base64',
    description: 'the content; entries of earlier versions have the first 64 KiB of it',
  }),
});
const Path = Type.Object({ id: Id });
const Selection = selectionSchema('ids', Id);

type QuarantineContext = Pick<RouteContext, 'quarantine' | 'audit' | 'clock'>;

export function quarantineRoutes(app: FastifyInstance, context: QuarantineContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/quarantine',
    {
      schema: {
        summary: 'Content from gateways that could not be stored',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(Quarantined)),
      },
    },
    (request) => context.quarantine.list(request.query),
  );

  app.get<{ Params: Static<typeof Path> }>(
    '/api/quarantine/:id',
    {
      schema: { summary: 'One entry with its content', params: Path, response: answers('the entry', Whole) },
    },
    ({ params }) => {
      const found = context.quarantine.show(params.id);
      if (!found) throw new HttpError(404, 'API_NOT_FOUND', `there is no quarantined entry ${params.id}`);
      return { ...found.entry, body: found.body.toString('base64') };
    },
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/quarantine/redrive',
    {
      schema: {
        summary: 'Resend lines to the store, after the cause of their refusal was corrected',
        description:
          'Lines that are refused again are new entries. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('how it ended', Redriven),
      },
    },
    (request) => {
      const which = selectionOf('ids', request.body.ids, request.body.all);
      const about = { action: 'quarantine.redrive', subject: String(which) };
      return audited(context, request, about, () => context.quarantine.redrive(which));
    },
  );
}
