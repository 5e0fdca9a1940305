import { Type } from '@sinclair/typebox';

/** The keys of `[journal]` that the journal itself reads. */
export const journalKeys = {
  bytesMax: Type.Integer({
    minimum: 1 << 20,
    default: 2 ** 30,
    description: 'of disk, all lanes together',
  }),
  whenFull: Type.Union([Type.Literal('drop-oldest'), Type.Literal('refuse')], {
    default: 'drop-oldest',
    description:
      'drop-oldest: oldest readings go first and are counted; refuse: sensors are not acknowledged',
  }),
};
