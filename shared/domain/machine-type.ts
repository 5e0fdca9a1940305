import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../contract/topics.ts';

/** Names that would read as something else in the store, or that payloads use for time and identity. */
export const reservedMeasurements = ['estimate', 'event', 'decision'];
export const reservedSensors = [
  'time',
  'ts',
  'timestamp',
  'timestamp_ms',
  'seq',
  'id',
  'gateway',
  'machine',
  'site',
];

const Identifier = Type.String({ pattern: identifierPattern });

export const Sensor = Type.Object(
  {
    name: Identifier,
    unit: Type.String({ maxLength: 20, description: 'UCUM where there is one; "1" for a pure number' }),
    description: Type.Optional(Type.String()),
    min: Type.Number({ description: 'a value below cannot be true: the reading breaks its contract' }),
    max: Type.Number(),
    warn: Type.Optional(Type.Number({ description: 'for rules: wear is visible from here on' })),
    alarm: Type.Optional(
      Type.Number({ description: 'for rules: the machine is at its end (below warn if falling)' }),
    ),
  },
  { additionalProperties: false },
);
export type Sensor = Static<typeof Sensor>;

export const AlertPolicy = Type.Object(
  {
    failureMode: Identifier,
    on: Type.Union([Type.Literal('remaining-life'), Type.Literal('anomaly')]),
    openAt: Type.Number({ description: 'remaining life (p50) at or below, or anomaly score at or above' }),
    resolveAt: Type.Number({
      description: 'back beyond this resolves; further away than openAt: hysteresis',
    }),
    criticalAt: Type.Optional(Type.Number()),
    minConfidence: Type.Number({ minimum: 0, maximum: 1, default: 0.5 }),
    openAfter: Type.Integer({ minimum: 1, default: 3, description: 'estimates in a row' }),
    resolveAfter: Type.Integer({ minimum: 1, default: 10 }),
  },
  { additionalProperties: false },
);
export type AlertPolicy = Static<typeof AlertPolicy>;

/** A machine type: what its machines measure, how often, and when somebody must be told. One data file each. */
export const MachineType = Type.Object(
  {
    name: Identifier,
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }),
    description: Type.String(),
    lifeUnit: Type.String({
      default: 'cycles',
      description: 'remaining life is counted in this unit: one per reading',
    }),
    stepMs: Type.Integer({ minimum: 1, description: 'nominal time between two readings' }),
    windowRows: Type.Integer({
      minimum: 4,
      maximum: 512,
      default: 30,
      description: 'readings in a model’s window',
    }),
    windowRowsMin: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 512,
        description: 'a machine is assessed from so many readings on; windowRows if absent',
      }),
    ),
    rowPer: Type.Optional(
      Type.Union([Type.Literal('reading'), Type.Literal('step')], {
        description:
          'what a row of a window is: a reading, whenever it came (the default; a flight, a stroke); or stepMs of time: the newest reading in it, and an empty row where there was none',
      }),
    ),
    planningHorizon: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'life it takes to plan and do a repair, in the unit of life: warnings are judged by it',
      }),
    ),
    openSensors: Type.Boolean({
      default: false,
      description: 'accept any number under any plain name (at most 64)',
    }),
    sensors: Type.Array(Sensor, { maxItems: 256, default: [] }),
    alerts: Type.Array(AlertPolicy, { maxItems: 8, default: [] }),
    model: Type.Optional(Type.String({ description: 'folder name of the artefact under models/artefacts/' })),
  },
  { additionalProperties: false },
);
export type MachineType = Static<typeof MachineType>;

/** Readings from which on a machine of this type is assessed. */
export function windowRowsMin(type: MachineType): number {
  return type.windowRowsMin ?? type.windowRows;
}

/** Fingerprint of what a model depends on: sensors in order with units, and the unit of life. 16 hex digits. */
export function contractHash(type: MachineType): string {
  const relevant = [type.name, type.lifeUnit, type.sensors.map((sensor) => [sensor.name, sensor.unit])];
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex').slice(0, 16);
}

/** What a schema cannot say. Returns problems as sentences; none means the type is sound. */
export function problemsOf(type: MachineType): string[] {
  const problems: string[] = [];
  if (reservedMeasurements.includes(type.name)) problems.push(`'${type.name}' is a reserved name`);
  if (type.sensors.length === 0 && !type.openSensors) problems.push('it declares no sensors');
  if (windowRowsMin(type) > type.windowRows) problems.push('windowRowsMin must not be above windowRows');
  const seen = new Set<string>();
  for (const sensor of type.sensors) {
    if (seen.has(sensor.name)) problems.push(`sensor '${sensor.name}' is declared twice`);
    if (reservedSensors.includes(sensor.name)) problems.push(`sensor name '${sensor.name}' is reserved`);
    if (!(sensor.min < sensor.max)) problems.push(`sensor '${sensor.name}': min must be below max`);
    if ((sensor.warn === undefined) !== (sensor.alarm === undefined)) {
      problems.push(`sensor '${sensor.name}': warn and alarm go together`);
    }
    seen.add(sensor.name);
  }
  for (const alert of type.alerts) {
    const ordered = alert.on === 'anomaly' ? alert.resolveAt < alert.openAt : alert.resolveAt > alert.openAt;
    if (!ordered)
      problems.push(`alert '${alert.failureMode}': resolveAt must lie on the healthy side of openAt`);
  }
  return problems;
}
