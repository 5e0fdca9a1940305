import { type Static, Type } from '@sinclair/typebox';

/** Which topics are taken, and how their payloads are read. */
export const RouteRule = Type.Object(
  {
    topic: Type.String({
      minLength: 1,
      description: 'levels may be {site}, {machine}, {sensor} or +; for example telemetry/{site}/{machine}',
    }),
    format: Type.String({
      description:
        'json, number, key-value, csv, influx (line protocol), or lifecycle (messages about the machine itself)',
    }),
    site: Type.Optional(Type.String({ description: 'the site, where the topic does not name it' })),
    machine: Type.Optional(Type.String({ description: 'the machine, where the topic does not name it' })),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 512,
        description: 'for csv: what the values of a line are, in their order; - is ignored',
      }),
    ),
  },
  { additionalProperties: false },
);
export type RouteRule = Static<typeof RouteRule>;

/** Which machines are of which type. */
export const MachineRule = Type.Object(
  {
    match: Type.String({
      minLength: 1,
      description: 'site/machine; * stands for any characters',
    }),
    type: Type.String({ description: 'the name of a machine type' }),
  },
  { additionalProperties: false },
);
export type MachineRule = Static<typeof MachineRule>;

/** The keys of the configuration that say what a message means. */
export const decodeKeys = {
  routes: Type.Array(RouteRule, {
    default: [
      { topic: 'telemetry/{site}/{machine}', format: 'json' },
      { topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' },
      { topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' },
    ],
  }),
  machines: Type.Array(MachineRule, {
    default: [{ match: 'lab/*', type: 'generic' }],
  }),
  unknownMachines: Type.String({
    default: 'dead-letter',
    description: 'dead-letter, or a machine type to take',
  }),
  machinesMax: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 100_000,
  }),
};
const DecodeConfig = Type.Object(decodeKeys);
export type DecodeConfig = Static<typeof DecodeConfig>;

/** How far a device's time may be from the gateway's clock to be believed. */
export const Timestamps = Type.Object(
  {
    aheadMsMax: Type.Integer({ minimum: 0, default: 300_000 }),
    behindMsMax: Type.Integer({
      minimum: 0,
      default: 7 * 86_400_000,
      description: 'how late a buffering device may be',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type Timestamps = Static<typeof Timestamps>;

/** The key of `[journal]` that the replay of its tail reads. */
export const replayKeys = {
  replayBytes: Type.Integer({
    minimum: 0,
    default: 1 << 20,
    description: 'of the tail, to fill windows at start',
  }),
};
