/**
 * Backups that are made while everything runs, by the command that an operator gives; then the disk is lost, and what
 * was backed up is restored.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { harbinger } from '../../../integration/cli.ts';
import { statusOf } from '../../observe/reported.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault, pause, seconds } from '../fault.ts';
import { allowRollback, confirmedIn, expectLoss, readingBlocks } from './put-back.ts';

/** Null if the command has succeeded. */
async function failureOf(...args: string[]): Promise<string | null> {
  const { code, stderr } = await harbinger(...args);
  return code === 0 ? null : `exit code ${code}: ${stderr}`;
}

/** Beside messages that are stuck for seconds the gateway answers later. */
async function lastReadingsSeq(site: Site): Promise<number> {
  let seq = 0;
  const problem = await eventually(async () => {
    const { journals } = await statusOf(site);
    seq = journals.find(({ lane }) => lane === 'readings')?.lastSeq ?? 0;
    return null;
  });
  if (problem !== null) throw new Error(`the gateway does not say what it has journalled: ${problem}`);
  return seq;
}

const gatewayRestored: Fault = {
  kind: 'gateway-backup-restored',
  target: 'gateway',
  plan(draw) {
    const [forMs, downMs] = [draw.int(200, 3_000), draw.int(0, 1_000)];
    return {
      text: `back the gateway up, kill -9 it ${seconds(forMs)} later, lose its disk, restore after ${seconds(downMs)}`,
      async run(scene) {
        const { site, expect } = scene;
        const { gateway, gatewayDir } = site;
        const file = `${site.gatewayDisk.path}.tar`;
        allowRollback(scene);
        const seqBefore = await lastReadingsSeq(site);
        const fromMs = performance.now();
        const problem = await failureOf('backup', '--data', gatewayDir, '--to', file);
        expect('gateway: a backup is made while it runs', () => problem);
        await pause(forMs);
        await gateway.kill9();
        if (problem === null) {
          scene.losesDisk(fromMs, performance.now());
          const disk = { blocks: readingBlocks(gatewayDir), confirmedSeq: confirmedIn(site.journalDir) };
          await pause(downMs);
          rmSync(gatewayDir, { recursive: true });
          const failure = await failureOf('restore', '--from', file, '--data', gatewayDir);
          rmSync(file);
          expect('gateway: the backup is restored', () => failure);
          const since = expectLoss(scene, disk, failure === null ? readingBlocks(gatewayDir) : []);
          const missing = since.filter(({ block }) => block.seq <= seqBefore).length;
          expect('gateway: the backup has everything that was journalled before it began', () =>
            missing === 0 ? null : `${missing} blocks are not in it`,
          );
        }
        await gateway.start();
      },
    };
  },
};

/** The store is restored too, and the gateway sends again what its journal still has, as the documents advise. */
const cloudRestored: Fault = {
  kind: 'cloud-backup-restored',
  target: 'cloud',
  unavailable: (site) => (site.influxd ? 'InfluxDB has backups of its own' : null),
  plan(draw) {
    const [forMs, downMs] = [draw.int(200, 3_000), draw.int(0, 1_000)];
    return {
      text: `back the cloud up, ${seconds(forMs)} later kill -9 both, lose the cloud’s disk, restore after ${seconds(downMs)}, send the journal again`,
      async run({ site, targets, allow, expect, say }) {
        const { cloud, gateway, cloudDir } = site;
        if (targets.has('gateway')) return say('left out: another fault uses the gateway');
        const file = `${site.cloudDisk.path}.tar`;
        const problem = await failureOf('backup', '--data', cloudDir, '--to', file);
        expect('cloud: a backup is made while it runs', () => problem);
        if (problem !== null) return;
        // Events after the backup come again, with the estimates that had been dropped for newer ones.
        allow('torn-tail', 'alerts-unknown', 'estimates-lost', 'cloud-put-back');
        await pause(forMs);
        await gateway.kill9();
        await cloud.kill9();
        rmSync(cloudDir, { recursive: true });
        await pause(downMs);
        const failure = await failureOf('restore', '--from', file, '--data', cloudDir);
        rmSync(file);
        expect('cloud: the backup is restored', () => failure);
        rmSync(join(site.journalDir, 'cursors.json'), { force: true });
        site.link.tap.rolledBack();
        await cloud.start();
        await gateway.start();
      },
    };
  },
};

export const backupFaults: Fault[] = [gatewayRestored, cloudRestored];
