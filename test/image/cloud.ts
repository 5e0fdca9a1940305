/** The cloud that a computer of the proof sends to: new and empty, on this machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { messageOf } from '../../shared/runtime/errors.ts';
import { embeddedReadings, type StoredReading } from '../integration/stored.ts';
import { ProductProcess } from '../support/processes.ts';
import { type Bench, site } from './bench.ts';

interface Standing {
  gateway: string;
  state: string | null;
}

export interface Cloud {
  /** Every reading of a running number that it has stored. */
  readings(): Promise<StoredReading[]>;
  /** Wants a document of all gateways. */
  want(kind: string, body: object): Promise<void>;
  /** How the documents stand at gateways. */
  standings(): Promise<Standing[]>;
}

export async function withCloud<T>(bench: Bench, work: (cloud: Cloud) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(bench.folder, 'cloud-'));
  const configFile = join(folder, 'cloud.toml');
  writeFileSync(
    configFile,
    stringify({
      gateways: [{ id: site.gateway, password: site.linkPassword }],
      store: { kind: 'embedded' },
      api: { openOnLoopback: true },
    }),
  );
  const dataDir = join(folder, 'data');
  const cloud = new ProductProcess({ command: 'cloud', dataDir, configFile, mqttPort: bench.ports.cloud });
  try {
    await cloud.start();
    return await work({
      async readings() {
        try {
          return (await embeddedReadings(cloud)).filter(([, seq]) => seq !== null);
        } catch (error) {
          // The table is not there before the first reading is.
          if (messageOf(error).includes('generic')) return [];
          throw error;
        }
      },
      async want(kind, body) {
        await cloud.json('/api/fleet', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ kind, body, who: 'proof', why: 'proof' }),
        });
      },
      async standings() {
        const { documents } = await cloud.json<{ documents: { gateways: Standing[] }[] }>('/api/fleet');
        return documents.flatMap(({ gateways }) => gateways);
      },
    });
  } finally {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
