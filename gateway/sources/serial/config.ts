import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../../shared/config/schema/file-paths.ts';
import { plainName } from '../../../shared/contract/topics.ts';

/** A device that sends lines over a serial line. */
export const SerialPortConfig = Type.Object(
  {
    path: Type.String({
      ...filePath,
      description: 'The device file, best one whose name stays the same.',
      examples: ['/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0'],
    }),
    baudRate: Type.Integer({
      default: 9_600,
      minimum: 50,
      maximum: 4_000_000,
      description: 'Speed of the line, in baud.',
    }),
    dataBits: Type.Union([Type.Literal(5), Type.Literal(6), Type.Literal(7), Type.Literal(8)], {
      default: 8,
      description: 'Bits of one character.',
    }),
    stopBits: Type.Union([Type.Literal(1), Type.Literal(2)], {
      default: 1,
      description: 'Bits after each character.',
    }),
    parity: Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], {
      default: 'none',
      description: 'The check bit of each character.',
    }),
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
