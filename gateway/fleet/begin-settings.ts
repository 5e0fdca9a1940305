import { join } from 'node:path';
import type { TObject } from '@sinclair/typebox';
import { keyOf } from '../../shared/contract/fleet/documents.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { BestTime } from './best-time.ts';
import { fleetFile } from './fleet-file.ts';
import { Settings } from './kinds/kinds.ts';
import { wantedOf } from './standings.ts';

/**
 * Changes the configuration to what the cloud has wanted before this start, and returns what follows it from now on.
 * @throws HarbingerError FLEET_VERSION, FLEET_UNREADABLE
 */
export function beginSettings(
  config: { dataDir: string },
  schema: TObject,
  { clock, log }: { clock: Clock; log: Log },
): Settings {
  const settings = new Settings(config, schema);
  const saved = fleetFile(join(config.dataDir, 'fleet.json'), log).load();
  if (!saved) return settings;
  const documents = new Map(saved.documents.map((document) => [keyOf(document), document]));
  settings.begin(wantedOf(documents, settings, new BestTime(clock, saved.provenMs).nowMs()));
  return settings;
}
