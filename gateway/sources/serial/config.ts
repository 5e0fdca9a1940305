import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../../../shared/contract/topics.ts';

/** A device that sends lines over a serial line. */
export const SerialPortConfig = Type.Object(
  {
    path: Type.String({
      minLength: 1,
      description: 'The device, best by a name that stays: /dev/serial/by-id/…',
    }),
    baudRate: Type.Integer({ default: 9_600, minimum: 50, maximum: 4_000_000 }),
    dataBits: Type.Union([Type.Literal(5), Type.Literal(6), Type.Literal(7), Type.Literal(8)], {
      default: 8,
    }),
    stopBits: Type.Union([Type.Literal(1), Type.Literal(2)], { default: 1 }),
    parity: Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], {
      default: 'none',
    }),
    hardwareFlow: Type.Boolean({
      default: false,
      description: 'RTS/CTS: lets a full gateway hold the device back',
    }),
    softwareFlow: Type.Boolean({ default: false, description: 'XON/XOFF' }),
    delimiter: Type.String({ default: '\n', minLength: 1, maxLength: 16, description: 'Ends a line' }),
    encoding: Type.Union([Type.Literal('utf8'), Type.Literal('latin1')], { default: 'utf8' }),
    lineBytesMax: Type.Integer({ default: 4_096, minimum: 1, maximum: 262_144 }),
    discardFirst: Type.Boolean({
      default: true,
      description: 'Leave out what comes before the first delimiter: half a number is a wrong number',
    }),
    topic: Type.String({ default: 'telemetry/{site}/{machine}', minLength: 1, maxLength: 512 }),
    site: Type.Optional(Type.String({ pattern: identifierPattern })),
    machine: Type.Optional(Type.String({ pattern: identifierPattern })),
  },
  { additionalProperties: false },
);

export const SerialConfig = Type.Object(
  { ports: Type.Array(SerialPortConfig, { default: [], maxItems: 256 }) },
  { additionalProperties: false },
);

export type SerialPortConfig = Static<typeof SerialPortConfig>;
export type SerialConfig = Static<typeof SerialConfig>;
