/** The configuration of the data thread, composed of the keys of its parts. */
import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { DeadLettersConfig } from '../deadletters/config.ts';
import { decodeKeys, replayKeys, Timestamps } from '../decode/config.ts';
import { journalKeys } from '../journal/config.ts';
import { lanesKeys } from '../lanes/config.ts';
import { UplinkConfig } from '../uplink/config.ts';

/** The key of `[journal]` that the path to the data thread reads. */
const gatherKeys = {
  gatherMs: Type.Number({
    minimum: 0,
    maximum: 1_000,
    default: 10,
    description:
      'How long readings wait at most to share one write to disk, while more keep coming. Larger values spare an SD card and CPU, smaller ones acknowledge sooner.',
  }),
};

/** The table `[journal]`; each key is declared by the folder whose code reads it. */
export const JournalTable = Type.Object(
  { ...journalKeys, ...lanesKeys, ...gatherKeys, ...replayKeys },
  {
    additionalProperties: false,
    default: {},
    description: 'The durable journal: a sensor is acknowledged once its reading is in it.',
  },
);

/** The keys of the gateway's configuration that the data thread reads. */
export const dataKeys = {
  gateway: Type.String({
    ...plainName,
    default: 'gateway-1',
    description: 'The gateway’s name, unique for its cloud.',
  }),
  dataDir: Type.String({
    ...filePath,
    description:
      'The folder for everything that the gateway keeps; --data wins over it. Without either it is ~/.local/share/harbinger/gateway.',
    examples: ['/var/lib/harbinger/gateway'],
  }),
  ...decodeKeys,
  timestamps: Timestamps,
  journal: JournalTable,
  deadLetters: DeadLettersConfig,
  uplink: UplinkConfig,
};
const DataPlaneConfig = Type.Object(dataKeys);
export type DataPlaneConfig = Static<typeof DataPlaneConfig>;
