/** The settings of every kind of store, to be spread into its schema. */
import { Type } from '@sinclair/typebox';

export const commonStoreSettings = {
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 10_000,
    description: 'How long one request or query may take.',
  }),
};
