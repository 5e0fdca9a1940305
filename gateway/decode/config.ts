import { type Static, Type } from '@sinclair/typebox';
import { eachSound } from '../../shared/config/sound-view.ts';
import { choice } from '../../shared/parts/config.ts';
import type { Configured } from '../../shared/parts/registry.ts';
import { formats } from './formats/formats.ts';

/** A route: the topics it accepts, and the format of their payloads; each format has its own keys beside these. */
export const RouteRule = choice('format', formats, {
  topic: Type.String({
    minLength: 1,
    description:
      'The topics that this route takes. A level is a plain name, {site}, {machine}, {sensor}, or + for any.',
    examples: ['telemetry/{site}/{machine}'],
  }),
  site: Type.Optional(
    Type.String({ description: 'The site, where the topic does not name it.', examples: ['hall-1'] }),
  ),
  machine: Type.Optional(
    Type.String({ description: 'The machine, where the topic does not name it.', examples: ['pump-1'] }),
  ),
  gzip: Type.Optional(
    Type.Boolean({
      description:
        'True: payloads may be packed by gzip. They are recognised by their first two bytes, and unpacked to at most 256 KiB and 200 times their length; others are read as they are. Such a route is read more slowly, also where nothing is packed.',
      examples: [true],
    }),
  ),
  labels: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 8,
      description:
        'Fields or tags that say which thing the values of a message are of, where one topic has several: their values become the beginning of the sensors’ names, such as 1_voltage. JSON, CBOR and line protocol only.',
      examples: [['slave_id']],
    }),
  ),
  retainedAgain: Type.Optional(
    Type.Union([Type.Literal('skip'), Type.Literal('store')], {
      description:
        'What is done with a retained message that comes again: a sender that has connected anew sends first, with RETAIN, exactly what the topic’s retained message is. skip (as without this key): it says nothing new, so it is not stored, and its machine does not count as heard. store: it is a reading, as of a battery sensor that connects for each reading. Readings with an id, a seq or a time of their own are recognised by that, whatever is set here.',
      examples: ['store'],
    }),
  ),
  timeKeys: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 8,
      description:
        'The fields that have the device’s time, in the message or in an object of it, the first that is present; in place of the common names (ts, timestamp, time, last_seen and others, in any case). JSON and CBOR only.',
      examples: [['measured']],
    }),
  ),
});
export type RouteRule = Static<typeof RouteRule>;

/** A rule that assigns machines to a machine type. */
export const MachineRule = Type.Object(
  {
    match: Type.String({
      minLength: 1,
      description: 'Machines as site/machine; * stands for any characters.',
      examples: ['hall-*/pump-*'],
    }),
    type: Type.String({ description: 'The name of their machine type.', examples: ['pump'] }),
  },
  { additionalProperties: false },
);
export type MachineRule = Static<typeof MachineRule>;

/** The keys of the configuration that determine the meaning of a message. */
export const decodeKeys = {
  routes: Type.Array(RouteRule, {
    default: [
      { topic: 'telemetry/{site}/{machine}', format: 'json' },
      { topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' },
      { topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' },
    ],
    description:
      'Which topics are taken, and how their payloads are read; the first route that fits decides. Routes replace the three of the default: telemetry/{site}/{machine} as json, telemetry/{site}/{machine}/{sensor} as number, and lifecycle/{site}/{machine} as lifecycle.',
  }),
  machines: Type.Array(MachineRule, {
    default: [{ match: 'lab/*', type: 'generic' }],
    description:
      'Which machines are of which type; the first rule that matches decides. Without rules, machines of the site lab are of the type generic.',
  }),
  unknownMachines: Type.String({
    default: 'dead-letter',
    description:
      'How machines are treated that no rule names: dead-letter refuses their readings, the name of a machine type takes them as that type.',
  }),
  machinesMax: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 100_000,
    description:
      'Machines that one sender (a user of the broker, or a client or serial port without one) may have; readings of further ones become dead letters. Where several have some, each has no more than it leaves to the others, of twice as many.',
  }),
  decodeMsMax: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 10_000,
    description:
      'How long reading one message may take. It takes microseconds; one that takes longer than this, twice, and computes for half of it, is ended and becomes a dead letter, and the others go on.',
  }),
};
const DecodeConfig = Type.Object(decodeKeys);
export type DecodeConfig = Static<typeof DecodeConfig>;

/** The format of one route, as a configured part. @param place where the route is, e.g. `routes[0]` */
export function formatOf(rule: RouteRule, place: string): Configured {
  return { kind: rule.format, config: rule, place };
}

/** The formats of all routes. */
export function formatsIn({ routes }: Pick<DecodeConfig, 'routes'>): Configured[] {
  return eachSound(routes, (rule, i) => [formatOf(rule, `routes[${i}]`)]);
}

/** Limits on the difference between a device's time and the gateway's clock. */
export const Timestamps = Type.Object(
  {
    aheadMsMax: Type.Integer({
      minimum: 0,
      default: 300_000,
      description: 'How far a device’s time may be ahead of the gateway’s clock.',
    }),
    behindMsMax: Type.Integer({
      minimum: 0,
      default: 7 * 86_400_000,
      description: 'How far it may be behind: devices that buffer send late.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'How far the time that a device sends may be from the gateway’s clock. Otherwise the time of arrival is taken in its place.',
  },
);
export type Timestamps = Static<typeof Timestamps>;

/** The key of `[journal]` that the replay of its tail reads. */
export const replayKeys = {
  replayBytes: Type.Integer({
    minimum: 0,
    default: 1 << 20,
    description:
      'How much of the journal’s end is read at start, so that machines are watched without a gap.',
  }),
};
