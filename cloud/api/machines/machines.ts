/**
 * Routes about machines (cloud/api/machines): their state, readings, events and decisions, SQL, and the live stream. A
 * file is one group of routes with its schemas. Routes read through ports, never from operations/ or store/ directly,
 * and change nothing, except what decommissioning offers.
 */

import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { isAboutMachine } from '../../../shared/contract/alert-content.ts';
import { MachineType } from '../../../shared/domain/machine-type.ts';
import { withOwnLimits } from '../../../shared/domain/own-limits.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { Alert as StoredAlert } from '../../ports/alerts.ts';
import type { MachineState } from '../../ports/machines.ts';
import type { FormerName as FormerNameOf } from '../../ports/retired/retired.ts';
import { asTheyAreNow } from '../alerts/live-alerts.ts';
import type { RouteContext } from '../context.ts';
import { MachineView, viewsOf } from '../machine-view.ts';
import { Alert, Name } from '../schemas.ts';
import { findMachine } from './find-machine.ts';
import { FormerName, Retirement, retirementOf } from './retired-schemas.ts';

const Path = Type.Object({ site: Name, machine: Name });
const Query = Type.Object({ gateway: Type.Optional(Name) }, { additionalProperties: false });

type MachineContext = Pick<
  RouteContext,
  'machines' | 'alerts' | 'outcomes' | 'machineTypes' | 'machineLimits' | 'decommissioning' | 'viewContext'
>;

export function machineRoutes(app: FastifyInstance, context: MachineContext): void {
  app.get(
    '/api/machines',
    {
      schema: {
        summary: 'All machines, most urgent first',
        response: answers('the machines', Type.Object({ machines: Type.Array(MachineView) })),
      },
    },
    () => ({ machines: viewsOf(context.machines.all(), context.alerts.all('open'), context.viewContext()) }),
  );

  app.get<{ Params: Static<typeof Path>; Querystring: Static<typeof Query> }>(
    '/api/machines/:site/:machine',
    {
      schema: {
        summary: 'One machine: its state, its type, its alerts',
        params: Path,
        querystring: Query,
        response: answers(
          'the machine',
          Type.Object({
            machine: MachineView,
            type: Type.Union([MachineType, Type.Null()], {
              description: 'null if the cloud does not know the type',
            }),
            alerts: Type.Array(Alert),
            retired: Type.Union([Retirement, Type.Null()], { description: 'null while it is in the list' }),
            formerNames: Type.Array(FormerName, {
              description: 'names under which its earlier history is stored',
            }),
          }),
        ),
      },
    },
    (request) => {
      const { site, machine } = request.params;
      const names = context.decommissioning.retired;
      const wanted = { site, machine, gateway: request.query.gateway };
      const { state, retired } = findMachine(context.machines, names, wanted);
      const formerNames = names.formerNames(state);
      const own: FormerNameOf[] = [{ ...state, untilMs: Number.POSITIVE_INFINITY }, ...formerNames];
      const isOwn = (alert: StoredAlert) =>
        own.some(
          (name) =>
            alert.gateway === name.gateway &&
            isAboutMachine(alert, name) &&
            Date.parse(alert.openedAt) > (name.afterMs ?? Number.NEGATIVE_INFINITY) &&
            Date.parse(alert.openedAt) <= name.untilMs,
        );
      const alerts = context.alerts.all().filter(isOwn);
      return {
        machine: viewsOf(
          [state],
          alerts.filter((alert) => alert.state === 'open'),
          context.viewContext(),
        )[0],
        type: typeInForce(context, state),
        alerts: asTheyAreNow(
          alerts.toSorted((a, b) => b.openedAt.localeCompare(a.openedAt)).slice(0, 100),
          context,
        ),
        retired: retired && retirementOf(retired),
        formerNames,
      };
    },
  );
}

/** The machine's type with the limits that were set for this machine, also of sensors that an open type does not declare. */
function typeInForce(
  { machineTypes, machineLimits }: Pick<MachineContext, 'machineTypes' | 'machineLimits'>,
  state: MachineState,
): MachineType | null {
  const type = machineTypes.get(state.machineType);
  if (!type) return null;
  const own = machineLimits.of(state);
  return own.size === 0 ? type : withOwnLimits(type, own, { addSensors: type.openSensors });
}
