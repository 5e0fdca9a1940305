/**
 * The events that gateway and cloud exchange. The schemas here are the only declaration: types, validators and
 * documentation are derived from them. All are CloudEvents 1.0 (structured JSON). `source` + `id` is the identity for
 * de-duplication.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { MachineMaintained } from './alerts/machine-maintained.ts';
import { MachineRef, Prediction } from './alerts/prediction.ts';
import { ConditionData } from './condition.ts';
import { DecisionRecord } from './decisions/decision-record.ts';
import { DocumentReported } from './fleet/reported.ts';
import { OwnLimits } from './limits/own-limits.ts';
import { ModelsCompared } from './models/compared.ts';
import { TrainingEnded } from './models/training-ended.ts';
import { AlertTold } from './notices/alert-told.ts';
import { RecordBegun, RecordKnown, RecordPart } from './notices/record-begun.ts';
import { plainName } from './topics.ts';

export * from './alerts/prediction.ts';
export { DecisionRecord } from './decisions/decision-record.ts';

const Identifier = Type.String({ ...plainName });

export const Lifecycle = Type.Intersect([
  MachineRef,
  Type.Object({
    note: Type.Optional(Type.String({ maxLength: 500 })),
    isByArrival: Type.Optional(
      Type.Boolean({
        description:
          'true: its time is that of its arrival by the gateway’s clock, so that of two the one that was sent later counts; absent: false',
      }),
    ),
  }),
]);
export type Lifecycle = Static<typeof Lifecycle>;

/** All limits that were set for sensors of one machine, in place of those of its type; none if there are none any more. */
export const MachineLimitsSet = Type.Object({
  site: Identifier,
  machine: Identifier,
  by: Type.String({ maxLength: 200, description: 'who made the latest change' }),
  limits: Type.Record(Type.String(), OwnLimits, {
    description: 'by sensor; a sensor without limits has none',
  }),
  isRetold: Type.Optional(
    Type.Boolean({
      description: 'true: said again at a start as it is there, and not a change; absent: false',
    }),
  ),
});
export type MachineLimitsSet = Static<typeof MachineLimitsSet>;

/** A span of time in which people work on machines, as it is known now: nothing is raised about them meanwhile. */
export const Maintenance = Type.Object({
  windowId: Type.String({ maxLength: 200, description: 'the same for all events of one span' }),
  state: Type.Union([Type.Literal('set'), Type.Literal('ended')], {
    description: 'set: begun or planned; ended: before its time',
  }),
  site: Type.Optional(Identifier),
  machine: Type.Optional(Type.String({ description: 'absent: all machines of the site, or of the gateway' })),
  from: Type.String({ description: 'RFC 3339' }),
  to: Type.String({ description: 'RFC 3339' }),
  by: Type.String({ maxLength: 200, description: 'who made the latest change' }),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  isRetold: Type.Optional(
    Type.Boolean({
      description: 'true: said again at a start as it is there, and not a change; absent: false',
    }),
  ),
});
export type Maintenance = Static<typeof Maintenance>;

export const JournalLoss = Type.Object({
  lane: Type.String(),
  cause: Type.String({
    description: 'backlog-full, damaged-block, refused-full or torn-tail',
  }),
  blocks: Type.Integer({ minimum: 0 }),
  lines: Type.Integer({ minimum: 0 }),
  bytes: Type.Integer({ minimum: 0 }),
});
export type JournalLoss = Static<typeof JournalLoss>;

/**
 * Every event type and the schema of its data. `prediction.now` is the content of an open alert as it is now: it changes
 * nothing and nobody is told; one that is older than what is known is passed over.
 */
export const eventTypes = {
  'io.harbinger.prediction.opened.v1': Prediction,
  'io.harbinger.prediction.updated.v1': Prediction,
  'io.harbinger.prediction.resolved.v1': Prediction,
  'io.harbinger.prediction.now.v1': Prediction,
  'io.harbinger.condition.opened.v1': ConditionData,
  'io.harbinger.condition.updated.v1': ConditionData,
  'io.harbinger.condition.resolved.v1': ConditionData,
  'io.harbinger.decision.recorded.v1': DecisionRecord,
  'io.harbinger.machine.failed.v1': Lifecycle,
  'io.harbinger.machine.replaced.v1': Lifecycle,
  'io.harbinger.machine.limits.v1': MachineLimitsSet,
  'io.harbinger.machine.maintenance.v1': Maintenance,
  'io.harbinger.machine.maintained.v1': MachineMaintained,
  'io.harbinger.alert.told.v1': AlertTold,
  'io.harbinger.fleet.reported.v1': DocumentReported,
  'io.harbinger.models.compared.v1': ModelsCompared,
  'io.harbinger.training.ended.v1': TrainingEnded,
  'io.harbinger.journal.loss.v1': JournalLoss,
  'io.harbinger.record.begun.v1': RecordBegun,
  'io.harbinger.record.known.v1': RecordKnown,
  'io.harbinger.record.part.v1': RecordPart,
} as const;
export type EventType = keyof typeof eventTypes;
export type EventData<T extends EventType> = Static<(typeof eventTypes)[T]>;

/** The attributes of the envelope (CloudEvents 1.0) beside `type` and `data`, which depend on the event type. */
const attributes = {
  specversion: Type.Literal('1.0'),
  /** Unique within `source`, fixed before the first durable write. */
  id: Type.String({ minLength: 1, maxLength: 128 }),
  /** `/gateways/{gateway}`, or `/cloud` for what the cloud itself has found. */
  source: Type.String({
    pattern: '^/(cloud|gateways/[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$',
  }),
  /** `site/machine` if the event concerns one. */
  subject: Type.Optional(Type.String({ maxLength: 200 })),
  /** RFC 3339. */
  time: Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$',
  }),
  datacontenttype: Type.Literal('application/json'),
};
const Attributes = Type.Object(attributes);

export interface HarbingerEvent<T extends EventType = EventType> extends Static<typeof Attributes> {
  type: T;
  data: EventData<T>;
}

/** An event with a valid envelope, and any type and data: a newer gateway may send new types. */
export interface AnyEvent extends Static<typeof Attributes> {
  type: string;
  data: unknown;
}

const checkAttributes = compileValidator(
  Type.Object({ ...attributes, type: Type.String({ minLength: 1, maxLength: 200 }), data: Type.Unknown() }),
);

function envelope(type: string, data: TSchema): TSchema {
  const { specversion, id, source, ...more } = attributes;
  return Type.Object({ specversion, id, source, type: Type.Literal(type), ...more, data });
}

/** The JSON Schema of each whole event, by type. */
export const eventSchemas: Record<string, TSchema> = Object.fromEntries(
  Object.entries(eventTypes).map(([type, data]) => [type, envelope(type, data)]),
);

const validators = new Map(
  Object.entries(eventSchemas).map(([type, schema]) => [type, compileValidator(schema)]),
);

/** Checks an untrusted event. @throws HarbingerError EVENT_INVALID */
export function checkEvent(value: unknown): HarbingerEvent {
  const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : '';
  const validate = validators.get(type);
  if (!validate)
    throw new HarbingerError('EVENT_INVALID', 'contract', `unknown event type '${type.slice(0, 80)}'`);
  return validate(
    value,
    (problem) => new HarbingerError('EVENT_INVALID', 'contract', `${type}: ${problem}`),
  ) as HarbingerEvent;
}

/** Checks only the envelope of an untrusted event. @throws HarbingerError EVENT_INVALID */
export function checkEnvelope(value: unknown): AnyEvent {
  return checkAttributes(value, (problem) => new HarbingerError('EVENT_INVALID', 'contract', problem));
}

/** Replaces a value that only a newer gateway knows by the nearest one that this program knows. */
const nearestKnown: Readonly<Record<string, { known: readonly unknown[]; nearest: string }>> = {
  severity: { known: ['warning', 'critical'], nearest: 'critical' },
  source: { known: ['model', 'rules'], nearest: 'rules' },
};

/**
 * Returns the event as far as this program understands it, or a sentence that says why it does not. Unknown fields are
 * kept; in a prediction or condition, an unknown severity counts as critical and an unknown source as rules.
 */
export function understoodEvent(event: AnyEvent): HarbingerEvent | string {
  try {
    const { type, data } = event;
    const isOfAlert = /^io\.harbinger\.(prediction|condition)\./.test(type);
    return checkEvent(isOfAlert ? { ...event, data: withKnownValues(data) } : event);
  } catch (error) {
    return messageOf(error);
  }
}

function withKnownValues(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const replaced = Object.entries(data).map(([name, value]) => {
    const rule = nearestKnown[name];
    return [name, rule && typeof value === 'string' && !rule.known.includes(value) ? rule.nearest : value];
  });
  return Object.fromEntries(replaced);
}

/** The events that open, update and resolve an alert: about a machine, or about Harbinger itself. */
export type AlertEvent = HarbingerEvent & { data: Prediction | ConditionData };
export type AlertEventChange = 'opened' | 'updated' | 'resolved';

/** How an event changes its alert; null if it is not an event of an alert. */
export function alertEventChange({ type }: Pick<HarbingerEvent, 'type'>): AlertEventChange | null {
  const found = /^io\.harbinger\.(?:prediction|condition)\.(opened|updated|resolved)\.v1$/.exec(type);
  return (found?.[1] as AlertEventChange | undefined) ?? null;
}

export function isAlertEvent(event: HarbingerEvent): event is AlertEvent {
  return alertEventChange(event) !== null;
}

export function isEventOf<T extends EventType>(event: HarbingerEvent, type: T): event is HarbingerEvent<T> {
  return event.type === type;
}
