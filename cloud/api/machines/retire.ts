/** Routes that take machines out of the list: retire, rename, delete. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { nameMachine } from './find-machine.ts';
import { EraseAnswer, RetireAnswer, RetiredMachineView, retiredView, Wanted } from './retired-schemas.ts';

const Selection = Type.Object(
  { machines: Type.Array(Wanted, { minItems: 1, maxItems: 1_000 }) },
  { additionalProperties: false },
);
const Renaming = Type.Object({ from: Wanted, to: Wanted }, { additionalProperties: false });
const Listing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 }) },
  { additionalProperties: false },
);

export type DecommissioningContext = Pick<RouteContext, 'decommissioning' | 'machines' | 'audit' | 'clock'>;

export function retireRoutes(app: FastifyInstance, context: DecommissioningContext): void {
  const { decommissioning, machines } = context;
  const nameOf = (wanted: Static<typeof Wanted>) => nameMachine(machines, decommissioning.retired, wanted);

  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/machines/retired',
    {
      schema: {
        summary: 'Machines that were retired, renamed or deleted, latest first',
        querystring: Listing,
        response: answers('these machines', Type.Object({ machines: Type.Array(RetiredMachineView) })),
      },
    },
    (request) => {
      const latest = decommissioning.retired.all().sort((a, b) => b.atMs - a.atMs);
      return { machines: latest.slice(0, request.query.limit).map(retiredView) };
    },
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/machines/retire',
    {
      schema: {
        summary: 'Take machines out of the list; their open alerts end, their history stays',
        description:
          'A machine that is heard again is listed again. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('how many', RetireAnswer),
      },
    },
    (request) => {
      const names = request.body.machines.map(nameOf);
      const about = { action: 'machines.retire', subject: names.map(textOf).join(', ') };
      return audited(context, request, about, () => answered(decommissioning.retire(names)));
    },
  );

  app.post<{ Body: Static<typeof Renaming> }>(
    '/api/machines/rename',
    {
      schema: {
        summary: 'Join the history of a machine to that of its new name',
        description:
          'The new name is listed from now on, and shows the readings, events and alerts of both. Open alerts move along, and overrides (mutes, pins); that it is silent under the old name ends. Without `gateway`, that of the old name holds. The request and its outcome are recorded in /api/audit.',
        body: Renaming,
        response: answers('how many', RetireAnswer),
      },
    },
    (request) => {
      const from = nameOf(request.body.from);
      const to = { ...request.body.to, gateway: request.body.to.gateway ?? from.gateway };
      const about = { action: 'machines.rename', subject: `${textOf(from)} to ${textOf(to)}` };
      return audited(context, request, about, () => answered(decommissioning.rename(from, to)));
    },
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/machines/delete',
    {
      schema: {
        summary: 'Delete machines with their readings, events and alerts, under former names too',
        description:
          'What was deleted cannot be had back. It ends after 40 s at the latest; `isComplete` says whether it has done everything. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('what was deleted', EraseAnswer),
      },
    },
    (request) => {
      const names = request.body.machines.map(nameOf);
      const about = { action: 'machines.delete', subject: names.map(textOf).join(', ') };
      return audited(context, request, about, () => answered(decommissioning.erase(names)));
    },
  );
}

function textOf({ gateway, site, machine }: MachineName): string {
  return `${site}/${machine} of ${gateway}`;
}

const statuses: Readonly<Record<string, number>> = {
  MACHINE_NOT_LISTED: 404,
  GATEWAY_UNKNOWN: 404,
  RENAME_REFUSED: 409,
  MACHINE_RENAMED: 409,
  STORE_NO_DELETE: 501,
};

/** Gives what the caller has to correct its status. @throws HttpError */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error) ?? '';
    const status = statuses[code];
    if (status === undefined) throw error;
    throw new HttpError(status, code, messageOf(error));
  }
}
