import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../../../shared/contract/topics.ts';
import { PointConfig } from '../../../shared/modbus/points/point.ts';
import { serialPath, serialSettings } from '../../../shared/serial/settings.ts';

/** A device on a line. */
export const SlaveConfig = Type.Object(
  {
    unit: Type.Integer({
      minimum: 0,
      maximum: 255,
      description: 'Its unit number: 1 to 247 on a serial line; over TCP also 0 and 255.',
      examples: [1],
    }),
    site: Type.String({ ...plainName, description: 'The site of the machine.', examples: ['hall-1'] }),
    machine: Type.String({
      ...plainName,
      description: 'The machine that it measures; several slaves may measure one.',
      examples: ['press-3'],
    }),
    map: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description:
          'What it has and where: the name of a map that ships (`harbinger modbus maps`), or the path of a file of your own, such as ./press.toml.',
        examples: ['eastron-sdm630'],
      }),
    ),
    points: Type.Array(PointConfig, {
      default: [],
      maxItems: 2_000,
      description: 'Points beside those of its map; one of the same name replaces that of the map.',
    }),
    only: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      default: [],
      maxItems: 2_000,
      description: 'Names of the points that are read; all if empty.',
      examples: [['power', 'voltage_l1']],
    }),
    periodMs: Type.Integer({
      default: 1_000,
      minimum: 50,
      maximum: 86_400_000,
      description: 'How often it is read; a point may have another period.',
    }),
    timeoutMs: Type.Integer({
      default: 500,
      minimum: 10,
      maximum: 30_000,
      description: 'How long an answer is waited for, beside the time that its bytes take.',
    }),
    gapMax: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 124,
        description:
          'Unused registers between two points that are read along; that of its map, or 8. 0 for a device that refuses them.',
        examples: [0],
      }),
    ),
    countMax: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 125,
        description: 'Registers that are read at once; that of its map, or 100.',
        examples: [64],
      }),
    ),
    failuresMax: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 100,
      description:
        'Failures in a row after which it counts as dead: its sensors are unavailable, and it is tried only now and then.',
    }),
    retryMsMax: Type.Integer({
      default: 60_000,
      minimum: 1_000,
      maximum: 3_600_000,
      description: 'How long a dead device is left alone at most, before it is tried again.',
    }),
  },
  { additionalProperties: false },
);

/** A serial line, or a connection over TCP. */
export const LineConfig = Type.Object(
  {
    name: Type.String({ ...plainName, description: 'A name for logs and metrics.', examples: ['line-1'] }),
    path: Type.Optional(serialPath),
    ...serialSettings,
    host: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        description: 'The address of a device that speaks Modbus TCP, or of a converter; in place of `path`.',
        examples: ['192.168.1.20'],
      }),
    ),
    port: Type.Integer({ default: 502, minimum: 1, maximum: 65_535, description: 'The port of `host`.' }),
    framing: Type.Union([Type.Literal('tcp'), Type.Literal('rtu')], {
      default: 'tcp',
      description:
        'The frames on a connection to `host`: `tcp`, or `rtu` for a converter that passes on what is on its serial line.',
    }),
    quietMs: Type.Integer({
      default: 50,
      minimum: 0,
      maximum: 10_000,
      description: 'How long a serial line must be silent after a request that went wrong.',
    }),
    lateMsMax: Type.Integer({
      default: 10_000,
      minimum: 100,
      maximum: 600_000,
      description:
        'How late an answer on a serial line may come. Until then, no answer is believed that could be a late one.',
    }),
    slaves: Type.Array(SlaveConfig, {
      default: [],
      maxItems: 255,
      description: 'A device on the line.',
    }),
  },
  { additionalProperties: false },
);

export const ModbusConfig = Type.Object(
  {
    lines: Type.Array(LineConfig, {
      default: [],
      maxItems: 256,
      description:
        'A serial line or a TCP connection with Modbus devices. One that cannot be opened is tried again.',
    }),
  },
  { additionalProperties: false, description: 'Modbus devices that are read.' },
);

export type SlaveConfig = Static<typeof SlaveConfig>;
export type LineConfig = Static<typeof LineConfig>;
export type ModbusConfig = Static<typeof ModbusConfig>;
