import { Type } from '@sinclair/typebox';

/** The keys of `[journal]` that the journal itself reads. */
export const journalKeys = {
  bytesMax: Type.Integer({
    minimum: 1 << 20,
    default: 2 ** 30,
    description: 'Disk space for readings and events that the cloud has not confirmed yet.',
  }),
  whenFull: Type.Union([Type.Literal('drop-oldest'), Type.Literal('refuse')], {
    default: 'drop-oldest',
    description:
      'What happens when that space is used up, or the disk is full and the journal takes half of it or more. drop-oldest: the oldest readings are dropped and counted. refuse: sensors get no acknowledgement, and so keep their readings, until there is room.',
  }),
};
