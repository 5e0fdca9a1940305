import { Type } from '@sinclair/typebox';
import { filePath } from '../config/schema/file-paths.ts';

/** Settings of every serial line. Optional ones are those of a line that may also be another connection. */
export const serialPath = Type.String({
  ...filePath,
  description: 'The device file, best one whose name stays the same.',
  examples: ['/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0'],
});

export const serialSettings = {
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
};
