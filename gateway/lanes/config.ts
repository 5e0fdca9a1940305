import { Type } from '@sinclair/typebox';

/** The key of `[journal]` that the lanes read. */
export const lanesKeys = {
  appendPatienceMs: Type.Integer({
    minimum: 0,
    default: 20_000,
    description: 'how long a full or failing disk keeps senders waiting before their connection is dropped',
  }),
};
