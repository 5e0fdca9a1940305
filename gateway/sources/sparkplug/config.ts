import { type Static, Type } from '@sinclair/typebox';
import { brokerSettings } from '../../../shared/broker-sessions/settings.ts';
import { plainName } from '../../../shared/contract/topics.ts';

const name = (description: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 128,
    pattern: '^[^\\s#\\0]+$',
    form: 'a text without blanks and #',
    description,
    examples: [example],
  });

/** A machine that is named otherwise than by the rule. */
const NamedMachine = Type.Object(
  {
    id: name('Group, edge node and device, or group and edge node, as in the topic.', 'Plant/Line1/Press'),
    site: Type.String({ ...plainName, description: 'The site of the machine.', examples: ['hall-1'] }),
    machine: Type.String({ ...plainName, description: 'The machine.', examples: ['press-3'] }),
  },
  { additionalProperties: false },
);

/** A metric whose sensor is named otherwise than by the rule. */
const NamedSensor = Type.Object(
  {
    metric: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'The name of the metric, as in the birth.',
      examples: ['Motor/Drive End/RPM'],
    }),
    sensor: Type.String({ ...plainName, description: 'The name of the sensor.', examples: ['rpm'] }),
  },
  { additionalProperties: false },
);

/** A broker at which the gateway is a Sparkplug host. */
export const SparkplugHost = Type.Object(
  {
    ...brokerSettings,
    hostId: Type.String({
      ...plainName,
      default: 'harbinger',
      description:
        'The name of this host in its STATE message, for which edge nodes wait that know it as their primary host.',
    }),
    groups: Type.Array(name('A group.', 'Plant'), {
      default: [],
      maxItems: 100,
      description: 'The groups whose edge nodes are listened to; all if empty.',
      examples: [['Plant']],
    }),
    site: Type.String({
      default: '{group}',
      maxLength: 128,
      description: 'The site of machines that are not named below, with {group} and {node}.',
    }),
    nodeMachine: Type.String({
      default: '{node}',
      maxLength: 128,
      description: 'The machine of what edge nodes say of themselves, with {group} and {node}.',
    }),
    machine: Type.String({
      default: '{node}.{device}',
      maxLength: 128,
      description: 'The machine of a device, with {group}, {node} and {device}.',
    }),
    machines: Type.Array(NamedMachine, {
      default: [],
      maxItems: 10_000,
      description: 'A machine with a name of its own.',
    }),
    sensors: Type.Array(NamedSensor, {
      default: [],
      maxItems: 10_000,
      description: 'A metric whose sensor has a name of its own; others are called like the metric.',
    }),
    rebirthMs: Type.Integer({
      default: 10_000,
      minimum: 1_000,
      maximum: 3_600_000,
      description:
        'How long an edge node is left alone at least after it was asked for a rebirth; twice as long each time, up to 64 times, while that does not help.',
    }),
    metricsMax: Type.Integer({
      default: 100_000,
      minimum: 100,
      maximum: 1_000_000,
      description:
        'Metrics of all edge nodes together that are known; further ones are left out, and counted.',
    }),
  },
  { additionalProperties: false },
);

export const SparkplugConfig = Type.Object(
  {
    hosts: Type.Array(SparkplugHost, {
      default: [],
      maxItems: 16,
      description:
        'A broker with Sparkplug edge nodes: another one, or that of this gateway. One that cannot be reached is tried again.',
    }),
  },
  { additionalProperties: false, description: 'Sparkplug B edge nodes, whose host the gateway is.' },
);

export type SparkplugHost = Static<typeof SparkplugHost>;
export type SparkplugConfig = Static<typeof SparkplugConfig>;
