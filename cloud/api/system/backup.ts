import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { textAnswer } from '../../../shared/http/openapi.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

const Options = Type.Object(
  { credentials: Type.Boolean({ default: false, description: 'with the API token of the data folder' }) },
  { additionalProperties: false },
);

export function backupRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'backups' | 'audit' | 'clock'>,
): void {
  app.post<{ Body: Static<typeof Options> }>(
    '/api/backup',
    {
      schema: {
        summary: 'A backup of the cloud as a tar archive, made while it runs',
        description:
          'The archive ends with `checksums.sha256`; one that ends before is not complete. `harbinger restore` reads it. One at a time. The request is recorded in /api/audit.',
        body: Options,
        response: textAnswer('the archive', 'application/x-tar', Type.String({ format: 'binary' })),
      },
    },
    async (request, reply) => {
      const { credentials } = request.body;
      const about = { action: 'backup', subject: credentials ? 'with credentials' : 'without credentials' };
      let begun: Awaited<ReturnType<typeof context.backups.begin>> | null = null;
      await audited(context, request, about, async () => {
        begun = await context.backups.begin({ credentials });
        return { bytes: begun.bytes };
      });
      const { bytes, stream } = begun!;
      return reply
        .header('content-type', 'application/x-tar')
        .header('content-length', bytes)
        .header('content-disposition', 'attachment; filename="harbinger-cloud.tar"')
        .send(stream);
    },
  );
}
