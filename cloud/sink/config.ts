import { type Static, Type } from '@sinclair/typebox';

/** How batches are stored: keys of the section `[ingest]`. */
export const sinkSettings = {
  storeWaitMsMax: Type.Integer({
    minimum: 100,
    maximum: 45_000,
    default: 20_000,
    description:
      'How long a batch is tried while the store is away. Then the connection is closed without an acknowledgement, and the gateway sends it again.',
  }),
};
const SinkConfig = Type.Object(sinkSettings);
export type SinkConfig = Static<typeof SinkConfig>;
