/** Alerts that a request is about: named one by one, or by what they have in common. */
import { type Static, Type } from '@sinclair/typebox';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import type { Alert, AlertStates, WorkOutcome } from '../../ports/alerts.ts';
import type { AlertChoice } from '../../ports/work/work.ts';
import { Alert as AlertView, Name } from '../schemas.ts';

export const atOnceMax = 200;
const closed = { additionalProperties: false };

export const GatewayOfAlert = Type.Union([Name, Type.Literal('')], {
  description: 'the gateway that reported it, where several have one of this id; empty for the cloud itself',
});

const Choice = Type.Object(
  {
    alertId: Type.String({ minLength: 1, maxLength: 128 }),
    gateway: Type.Optional(GatewayOfAlert),
    version: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          '`work.version` that the person has seen, 0 if there is no `work`: if somebody was faster, nothing is done',
      }),
    ),
  },
  closed,
);

const Filter = Type.Object(
  {
    subject: Type.Optional(
      Type.String({ maxLength: 200, description: 'site/machine, `gateway NAME` or `the cloud`' }),
    ),
    site: Type.Optional(Name),
    machineType: Type.Optional(Name),
    gateway: Type.Optional(Type.Union([Name, Type.Literal('')])),
    severity: Type.Optional(Type.Union([Type.Literal('warning'), Type.Literal('critical')])),
    what: Type.Optional(
      Type.String({ maxLength: 64, description: 'the failure mode, or the name of the condition' }),
    ),
    assignee: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    unacknowledged: Type.Optional(
      Type.Boolean({ description: 'true: only those that nobody has acknowledged or shelved' }),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    description: `in place of \`alerts\`: the open ones for which all of this is so, the first ${atOnceMax} of them`,
  },
);
type Filter = Static<typeof Filter>;

/** Parts of a request: one of the two. */
export const chosenAlerts = {
  alerts: Type.Optional(Type.Array(Choice, { minItems: 1, maxItems: atOnceMax })),
  filter: Type.Optional(Filter),
};

export const DoneView = Type.Object({
  done: Type.Array(AlertView),
  refused: Type.Array(Type.Object({ alertId: Type.String(), code: Type.String(), message: Type.String() })),
  left: Type.Integer({ description: 'so many more fit the filter, and were left as they are: ask again' }),
});

export interface Chosen {
  choices: AlertChoice[];
  left: number;
  /** The words of the request, for the audit trail. */
  text: string;
}

/** @throws HttpError 400 if neither or both are given; 404 if nothing fits the filter */
export function chosenIn(
  { alerts, filter }: { alerts?: AlertChoice[]; filter?: Filter },
  states: AlertStates,
): Chosen {
  if ((alerts === undefined) === (filter === undefined))
    throw new HttpError(400, 'API_INPUT', "say which alerts are meant: either 'alerts' or 'filter'");
  if (alerts) return { choices: alerts, left: 0, text: alerts.map(({ alertId }) => alertId).join(', ') };
  const fitting = states.all('open').filter((alert) => fits(alert, filter!));
  const text = JSON.stringify(filter);
  if (fitting.length === 0)
    throw new HttpError(404, 'ALERT_NOT_OPEN', `no open alert is as the filter says: ${text}`);
  const choices = fitting.slice(0, atOnceMax).map(({ alertId, gateway }) => ({ alertId, gateway }));
  return { choices, left: fitting.length - choices.length, text };
}

/** @throws HttpError 409 with the first refusal if nothing was done */
export function refuseIfNone({ done, refused }: WorkOutcome): void {
  const [first] = refused;
  if (!first || done.length > 0) return;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  throw new HttpError(409, first.code, `${first.message}${more}`);
}

function fits(alert: Alert, filter: Filter): boolean {
  const { what, where, severity } = alertSaid(alert);
  const { site, machineType } =
    'prediction' in alert ? alert.prediction : { site: undefined, machineType: undefined };
  const is = { subject: where, site, machineType, gateway: alert.gateway, severity, what };
  const wanted = { ...filter };
  if (wanted.unacknowledged && !waitsForSomebody(alert)) return false;
  if (wanted.assignee !== undefined && alert.work?.assignee !== wanted.assignee) return false;
  return (Object.keys(is) as (keyof typeof is)[]).every(
    (key) => wanted[key] === undefined || wanted[key] === is[key],
  );
}

export function waitsForSomebody({ state, work }: Alert): boolean {
  return state === 'open' && !work?.acknowledged && !work?.shelved;
}
