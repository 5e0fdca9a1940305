import type { Scenario } from '../scenario.ts';
import { intoEmbedded, intoInflux } from './end-to-end.ts';
import { inference } from './inference.ts';
import { qos0Ingest, qos1Ingest } from './ingest.ts';
import { firstAck } from './start.ts';

export const scenarios: readonly Scenario[] = [
  qos1Ingest,
  qos0Ingest,
  intoEmbedded,
  intoInflux,
  inference,
  firstAck,
];
