import { type Static, Type } from '@sinclair/typebox';

/** How batches are stored: keys of the section `[ingest]`. */
export const sinkSettings = {
  storeWaitMsMax: Type.Integer({
    minimum: 100,
    maximum: 45_000,
    default: 20_000,
    description:
      'How long writing a batch is retried while the store is down. Then the connection is closed without an acknowledgement, and the gateway resends the batch.',
  }),
  checkMsMax: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 10_000,
    description:
      'How long checking some lines of a batch may take. It takes milliseconds; lines that take longer than this, twice, and are computed on for half of it, are quarantined, and the others go on.',
  }),
};
const SinkConfig = Type.Object(sinkSettings);
export type SinkConfig = Static<typeof SinkConfig>;
