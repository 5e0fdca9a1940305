import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../../../shared/contract/topics.ts';
import { serialPath, serialSettings } from '../../../shared/serial/settings.ts';

/** A device that sends lines over a serial line. */
export const SerialPortConfig = Type.Object(
  {
    path: serialPath,
    ...serialSettings,
    hardwareFlow: Type.Boolean({
      default: false,
      description: 'RTS/CTS flow control: lets a full gateway hold the device back.',
    }),
    softwareFlow: Type.Boolean({ default: false, description: 'XON/XOFF flow control.' }),
    delimiter: Type.String({
      default: '\n',
      minLength: 1,
      maxLength: 16,
      description: 'The text that ends a line.',
    }),
    encoding: Type.Union([Type.Literal('utf8'), Type.Literal('latin1')], {
      default: 'utf8',
      description: 'The character set of the lines.',
    }),
    lineBytesMax: Type.Integer({
      default: 4_096,
      minimum: 1,
      maximum: 262_144,
      description: 'The longest line; a longer one is dropped, and counted.',
    }),
    discardFirst: Type.Boolean({
      default: true,
      description:
        'Drops what comes before the first delimiter after opening: half a number is a wrong number.',
    }),
    topic: Type.String({
      default: 'telemetry/{site}/{machine}',
      minLength: 1,
      maxLength: 512,
      description:
        'The topic that the lines are taken as, with {site} and {machine} filled in; a route says their format.',
    }),
    site: Type.Optional(
      Type.String({
        ...plainName,
        description: 'The site of the machine.',
        examples: ['hall-1'],
      }),
    ),
    machine: Type.Optional(
      Type.String({
        ...plainName,
        description: 'The machine that the device measures.',
        examples: ['pump-1'],
      }),
    ),
  },
  { additionalProperties: false },
);

export const SerialConfig = Type.Object(
  {
    ports: Type.Array(SerialPortConfig, {
      default: [],
      maxItems: 256,
      description:
        'A serial line whose lines of text are messages. One that cannot be opened is tried again.',
    }),
  },
  { additionalProperties: false, description: 'Devices on serial lines.' },
);

export type SerialPortConfig = Static<typeof SerialPortConfig>;
export type SerialConfig = Static<typeof SerialConfig>;
