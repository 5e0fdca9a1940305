/**
 * Mappings (gateway/decode/mapping): which field of a payload, and which level of a topic, is which machine, sensor, unit
 * and time, as data. A mapping is compiled when the configuration is read (compile.ts), and the work for a message is
 * linear in it (evaluate.ts). The format `mapped` in ../formats uses this folder; ready/ has mappings of common devices.
 */
import { type Static, Type } from '@sinclair/typebox';

const Text = (description: string, ...examples: unknown[]) =>
  Type.String({ minLength: 1, maxLength: 256, description, ...(examples.length > 0 && { examples }) });
const Texts = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 200, description });
const Path = (description: string) =>
  Type.Union([Text(description), Texts('Several, the first that is present.')], { description });
const closed = { additionalProperties: false };

export const TimeMapping = Type.Object(
  {
    path: Path('Where the time is, in the item or in the message.'),
    format: Type.Optional(
      Text('s, ms, us or ns since 1970, iso, or a pattern such as %d.%m.%Y %H:%M:%S. Without it: found out.'),
    ),
    zone: Type.Optional(Text('The time zone of the device, by its IANA name, for times that have none.')),
  },
  closed,
);
export type TimeMapping = Static<typeof TimeMapping>;

export const FieldMapping = Type.Object(
  {
    path: Path(
      'Names of the levels with dots between them; * is any name, {name} any that is used below, a lone dot the payload.',
    ),
    sensor: Type.Optional(Text('The sensor; without it the path, with _ between its names.')),
    machine: Type.Optional(Text('The machine, where it is another than that of the message.')),
    value: Type.Optional(
      Path('Where the path leads to an object: the name of the value in it. Its quality is looked at.'),
    ),
    time: Type.Optional(
      Path(
        'Where the value’s own time is, in the object to which the path leads, if the message has no time.',
      ),
    ),
    unit: Type.Optional(Text('The unit in which the device sends it.', '°F')),
    unitFrom: Type.Optional(Text('Where the message says the unit.', 'TempUnit')),
    as: Type.Optional(Text('The unit in which it is stored.', '°C')),
    scale: Type.Optional(Type.Number({ description: 'A factor, before the unit is converted.' })),
    offset: Type.Optional(Type.Number({ description: 'A number that is added after the factor.' })),
    states: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.String()]), {
        description: 'What the device’s texts mean: numbers, or other texts.',
      }),
    ),
    none: Type.Optional(Texts('Texts that say that there is no value.')),
    decimal: Type.Optional(Type.Literal(',', { description: 'Texts have a comma as decimal mark.' })),
  },
  closed,
);
export type FieldMapping = Static<typeof FieldMapping>;

const Rest = Type.Union([Type.Literal('take'), Type.Literal('leave')], {
  description:
    'What is done with fields that are not mapped: take reads them as JSON without a mapping, leave counts them.',
});
const Names = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

const messageKeys = {
  site: Type.Optional(Text('The site.')),
  machine: Type.Optional(
    Type.Union(
      [
        Text(
          'The machine: a text with {name} for a level, {.path} for a text in the message, {.group.* -name} for all texts of a group but for some.',
          '{device}-{.unit}',
        ),
        Texts('Several, the first of which all parts are there.'),
      ],
      { description: 'The machine.' },
    ),
  ),
  each: Type.Optional(
    Text('Where the items are, if the message has several: a list, or an object.', 'metrics.*'),
  ),
  time: Type.Optional(TimeMapping),
  id: Type.Optional(Path('Where the device’s own identification of the message is.')),
  fields: Type.Optional(Type.Array(FieldMapping, { maxItems: 500, description: 'The fields.' })),
  leave: Type.Optional(Texts('Paths of what is left out, and not counted.')),
  rest: Type.Optional(Rest),
};

export const MessageMapping = Type.Object(
  {
    topic: Type.Optional(
      Text(
        'The topics: levels with names, + or {name}; # first or last stands for any levels, {#} for those of the last.',
      ),
    ),
    where: Type.Optional({ ...Names, description: 'What the message must have, by path.' }),
    has: Type.Optional(Path('A path that the message must have, whatever is there; of several, one.')),
    skip: Type.Optional(Type.Boolean({ description: 'Such messages have no readings.' })),
    availability: Type.Optional(
      Type.Boolean({ description: 'Such messages say whether the device is there.' }),
    ),
    ...messageKeys,
  },
  closed,
);
export type MessageMapping = Static<typeof MessageMapping>;

export const Mapping = Type.Object(
  {
    about: Type.Optional(Type.String({ maxLength: 1_000, description: 'What it is for.' })),
    topics: Type.Optional(Texts('The topics of a route for it, as the device has them when it is new.')),
    zone: Type.Optional(Text('The time zone of the devices, by its IANA name.', 'Europe/Berlin')),
    messages: Type.Optional(
      Type.Array(MessageMapping, {
        minItems: 1,
        maxItems: 100,
        description:
          'Kinds of messages; the first that fits decides. What they do not say is taken from the mapping itself.',
      }),
    ),
    ...messageKeys,
  },
  { ...closed, title: 'mapping' },
);
export type Mapping = Static<typeof Mapping>;
