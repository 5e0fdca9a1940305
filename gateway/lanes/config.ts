import { Type } from '@sinclair/typebox';

/** The key of `[journal]` that the lanes read. */
export const lanesKeys = {
  appendPatienceMs: Type.Integer({
    minimum: 0,
    default: 20_000,
    description:
      'How long senders wait for a full or failing disk before their connection is closed without an acknowledgement.',
  }),
};
