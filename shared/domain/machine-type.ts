/**
 * The domain (shared/domain): machine types, which declare sensors, units, ranges, life and alerts. A new type is a
 * file in types/, or in a folder of the site, and no code. Nothing here knows how readings arrive or where they are
 * stored.
 */
import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { probeMeasurement } from '../contract/line-protocol.ts';
import { plainName } from '../contract/topics.ts';
import { AlertActions, AlertPolicy } from './alert-policy.ts';
import { sensorKindProperties } from './sensor-kinds.ts';
import { VibrationClassName } from './vibration-classes.ts';

/** Names with another meaning in the store, or that payloads use for time and identity. */
export const reservedMeasurements = ['alert', 'estimate', 'event', 'decision', probeMeasurement];

/** Measurements whose lines are events: few, each for itself, and without a mean. */
export const eventMeasurements: ReadonlySet<string> = new Set(['alert', 'event']);
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
/** Names that do not mean a sensor in a message. */
export const unstoredFields: ReadonlySet<string> = new Set(reservedSensors);

/** A folder below the folder of models, and none that leads out of it. */
const modelFolder = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,2}$',
  form: 'a folder such as pump-rul or rul-turbofan/FD001: names of letters (a–z), digits, _ . and -, with / between them',
};

const name = (description: string, example: string) =>
  Type.String({ ...plainName, description, examples: [example] });

export const Sensor = Type.Object(
  {
    name: name('The name that devices send its values under.', 'vibration_x'),
    unit: Type.String({
      maxLength: 20,
      description: 'The unit, in UCUM notation where there is one; "1" for a pure number.',
      examples: ['mm/s'],
    }),
    description: Type.Optional(
      Type.String({
        description: 'What it measures, for people.',
        examples: ['RMS velocity at the drive-end bearing'],
      }),
    ),
    ...sensorKindProperties,
    min: Type.Number({
      description:
        'The lowest value that the sensor can have; a lower one is refused, and the others of its reading are stored.',
      examples: [0],
    }),
    max: Type.Number({
      description:
        'The highest value that the sensor can have; a higher one is refused, and the others of its reading are stored.',
      examples: [60],
    }),
    warn: Type.Optional(
      Type.Number({
        description:
          'The warning limit: a value at or above it is a warning; at or below it where alarm is below warn. May stand without alarm.',
        examples: [4.2],
      }),
    ),
    alarm: Type.Optional(
      Type.Number({
        description:
          'The alarm limit: a value at or above it is critical; at or below it where alarm is below warn. For rules, which need both, the machine is at its end there.',
        examples: [6.4],
      }),
    ),
    warnLow: Type.Optional(
      Type.Number({
        description: 'A warning limit on the low side, beside warn and alarm on the high side or alone.',
        examples: [0.4],
      }),
    ),
    alarmLow: Type.Optional(
      Type.Number({
        description: 'An alarm limit on the low side, beside warn and alarm on the high side or alone.',
        examples: [0.2],
      }),
    ),
    deadBand: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'How far back inside a limit a value must be to count as returned. Defaults to a tenth of the distance between the warning and the alarm limit of its side, or 1 % of min … max where only one of them is given (a state or a counter: 0), and is at most a quarter of the room inside the limits.',
        examples: [0.3],
      }),
    ),
    limitsAtRest: Type.Optional(
      Type.Boolean({
        description:
          'true: its limits hold while the machine rests too (runsWhen), and in a start: a tank is too warm whether the pump runs or not.',
        examples: [true],
      }),
    ),
    zones: Type.Optional(
      Type.Literal('iso-20816-3', {
        description:
          'For an RMS velocity of vibration in mm/s: warn and alarm are the boundaries of the zones B/C and C/D of ISO 20816-3 for the vibrationClass of the type. Limits that the sensor declares replace them.',
        examples: ['iso-20816-3'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type Sensor = Static<typeof Sensor>;

/** A machine type: the sensors of its machines, their rate, and when an alert is raised. Each has a data file. */
export const MachineType = Type.Object(
  {
    name: name('The name that rules under [[machines]] use.', 'pump'),
    version: Type.String({
      pattern: '^\\d+\\.\\d+\\.\\d+$',
      form: 'three numbers such as 1.0.0',
      description: 'The version of this file, as three numbers.',
      examples: ['1.0.0'],
    }),
    description: Type.String({
      description: 'What kind of machine it is, for people.',
      examples: ['A motor-driven pump'],
    }),
    lifeUnit: Type.String({
      default: 'cycles',
      description: 'What remaining life is counted in; one unit is one row of the window.',
    }),
    stepMs: Type.Integer({
      minimum: 1,
      description: 'The usual time between two readings.',
      examples: [500],
    }),
    windowRows: Type.Integer({
      minimum: 4,
      maximum: 512,
      default: 30,
      description: 'Number of newest readings that a model reads.',
    }),
    windowRowsMin: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 512,
        description: 'Number of readings from which a machine is assessed; defaults to windowRows.',
        examples: [10],
      }),
    ),
    rowPer: Type.Optional(
      Type.Union([Type.Literal('reading'), Type.Literal('step')], {
        description:
          'The meaning of a row of the window. reading (the default): one reading, such as a flight or a stroke, whenever it arrived. step: stepMs of time with the newest reading in it, empty if there was none.',
      }),
    ),
    planningHorizon: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'How much life it takes to plan and do a repair, in lifeUnit: warnings are judged by it.',
        examples: [30],
      }),
    ),
    openSensors: Type.Boolean({
      default: false,
      description: 'Takes any number under any plain name as a sensor, up to 64 of them.',
    }),
    sensors: Type.Array(Sensor, {
      maxItems: 256,
      default: [],
      description: 'The sensors. Their order is part of what a model was trained on.',
    }),
    alerts: Type.Array(AlertPolicy, {
      maxItems: 8,
      default: [],
      description:
        'Alert policies: when an alert is raised, and by what. Without one, only limits and faults of sensors raise alerts.',
    }),
    actions: Type.Optional(AlertActions),
    vibrationClass: Type.Optional(VibrationClassName),
    limitAlerts: Type.Optional(
      Type.Boolean({
        description:
          'false: a sensor beyond its limits raises no alert; the limits serve rules and charts only.',
        examples: [true],
      }),
    ),
    silentAfterMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000_000,
        description:
          'How long a machine may be unheard before an alert says that it is silent. Defaults to three times its own longest usual gap, which is learnt; 0: its silence is never told.',
        examples: [600_000],
      }),
    ),
    runsWhen: Type.Optional(
      Type.Object(
        {
          sensor: name(
            'The sensor that says whether the machine runs: its speed, its current, or a state of 0 or 1.',
            'speed',
          ),
          above: Type.Number({
            description: 'The machine runs while the sensor is above this value, and rests else.',
            examples: [100],
          }),
        },
        {
          additionalProperties: false,
          description:
            'When machines of this type run. At rest they are not judged, and their readings do not become rows of the window; without this they always run.',
        },
      ),
    ),
    learnRest: Type.Optional(
      Type.Boolean({
        description:
          'false: that machines rest is not learnt either, where runsWhen does not say it: they are judged whatever they do. Defaults to true; types with a model never learn it.',
        examples: [false],
      }),
    ),
    settleMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description:
          'How long a machine is not judged after it has started (runsWhen), was heard again after long silence, or was in maintenance: the peaks of a start are not wear.',
        examples: [300_000],
      }),
    ),
    silentAtRestAfterMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 31_622_400_000,
        description:
          'How long a machine that was at rest when it was last heard (runsWhen) may be unheard before an alert says that it is silent. Defaults to three days, a weekend; 0: its silence at rest is never told.',
        examples: [604_800_000],
      }),
    ),
    model: Type.Optional(
      Type.String({
        ...modelFolder,
        description:
          'The folder of the model under models/artefacts (or intelligence.artefactsDir); without it machines are watched by their learned baseline and by rules.',
        examples: ['pump-rul'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type MachineType = Static<typeof MachineType>;

/** Number of readings from which a machine of this type is assessed. */
export function windowRowsMin(type: MachineType): number {
  return type.windowRowsMin ?? type.windowRows;
}

/**
 * Fingerprint of everything that a model depends on: sensors in order with units, and the unit of life. 16 hex digits.
 */
export function contractHash(type: MachineType): string {
  const relevant = [type.name, type.lifeUnit, type.sensors.map((sensor) => [sensor.name, sensor.unit])];
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex').slice(0, 16);
}
