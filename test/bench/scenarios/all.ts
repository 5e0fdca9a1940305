/**
 * Scenarios of the benchmark (test/bench/scenarios): a file for each figure or group of figures, and here the list of
 * them. A scenario reports a problem where its figure could be met by accident (checks.ts).
 */
import type { Scenario } from '../scenario.ts';
import { decisions, inference } from './alone.ts';
import { drain } from './drain.ts';
import { intoEmbedded, intoInflux } from './end-to-end.ts';
import { footprint } from './footprint.ts';
import { pumpIngest, qos0Ingest, qos1Ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { gatewayKilled, influxKilled } from './outages.ts';
import { shadow } from './shadow.ts';
import { firstAck } from './start.ts';
import { sustained } from './sustained.ts';

export const scenarios: readonly Scenario[] = [
  qos1Ingest,
  pumpIngest,
  sustained,
  intoInflux,
  intoEmbedded,
  influxKilled,
  gatewayKilled,
  latency,
  shadow,
  inference,
  decisions,
  drain,
  firstAck,
  footprint,
  qos0Ingest,
];
