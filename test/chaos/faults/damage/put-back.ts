/**
 * A restored backup or snapshot, or a cloned card. Data journalled since the copy is lost with the disk, but new data
 * must be new to the cloud, although it has the same sequence numbers.
 */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { storedSeqs } from '../../observe/stored.ts';
import type { Site } from '../../site/site.ts';
import { type Fault, pause, type Scene, seconds } from '../fault.ts';
import { allReadingsIn, type FoundBlock, readingsIn, readSegments } from './journal-blocks.ts';

/** The last block of readings that the gateway has noted as confirmed by its cloud. */
export function confirmedIn(journalDir: string): number {
  const path = join(journalDir, 'cursors.json');
  if (!existsSync(path)) return 0;
  const [json = ''] = readFileSync(path, 'utf8').split('\n');
  const { readings } = JSON.parse(json) as { readings?: { uplink?: number } };
  return readings?.uplink ?? 0;
}

/** Null if all these readings are in the store. */
async function missingOf(site: Site, names: readonly string[]): Promise<string | null> {
  const seqs = names.map((name) => Number(name.split('#')[1]));
  if (seqs.length === 0) return null;
  const stored = await storedSeqs(site, Math.min(...seqs), Math.max(...seqs) + 1);
  const there = new Set([...stored].flatMap(([machine, own]) => own.map((seq) => `${machine}#${seq}`)));
  const missing = names.filter((name) => !there.has(name));
  return missing.length === 0 ? null : `${missing.length} of ${names.length} are not`;
}

/** Blocks of readings in the data folder of a gateway that does not run. */
export function readingBlocks(dir: string): FoundBlock[] {
  return readSegments(join(dir, 'journal'), 'readings').flatMap((segment) => segment.blocks);
}

/**
 * The gateway's disk is lost, and a copy takes its place: excuses the readings that only the disk had, and requires that
 * those are stored which the cloud had confirmed. Returns the blocks that the copy lacks.
 */
export function expectLoss(
  { site, excuse, expect }: Pick<Scene, 'site' | 'excuse' | 'expect'>,
  disk: { blocks: readonly FoundBlock[]; confirmedSeq: number },
  copied: readonly FoundBlock[],
): FoundBlock[] {
  const names = new Set(copied.map(({ block }) => `${block.run}/${block.seq}`));
  const since = disk.blocks.filter(({ block }) => !names.has(`${block.run}/${block.seq}`));
  for (const { block } of since) excuse(allReadingsIn(block));
  const confirmed = since.filter(({ block }) => block.seq <= disk.confirmedSeq);
  expect('readings lost with the disk are stored if the cloud had confirmed them', () =>
    missingOf(
      site,
      confirmed.flatMap(({ block }) => readingsIn(block)),
    ),
  );
  site.link.tap.rolledBack();
  return since;
}

/** Effects of a copy that takes the place of the gateway's disk. */
export function allowRollback({ allow }: Pick<Scene, 'allow'>): void {
  // Damage older than the copy is read and reported a second time.
  allow('torn-tail', 'damaged-block', 'alerts-forgotten', 'rolled-back');
  allow('letters', 'retained-lost', 'estimates-lost');
}

const plan: Fault['plan'] = (draw) => {
  const inOrder = draw.chance(0.5);
  const forMs = draw.int(1_000, 3_000);
  return {
    text: `${inOrder ? 'stop' : 'kill -9'} gateway, copy its data, start; after ${seconds(forMs)} kill -9, put the copy back, start`,
    async run(scene) {
      const { site } = scene;
      const { gateway, gatewayDir } = site;
      const copy = `${gatewayDir}.copy`;
      allowRollback(scene);
      const fromMs = performance.now();
      await (inOrder ? gateway.stop() : gateway.kill9());
      cpSync(gatewayDir, copy, { recursive: true });
      await gateway.start();
      await pause(forMs);
      await gateway.kill9();
      scene.losesDisk(fromMs, performance.now());
      const disk = { blocks: readingBlocks(gatewayDir), confirmedSeq: confirmedIn(site.journalDir) };
      expectLoss(scene, disk, readingBlocks(copy));
      rmSync(gatewayDir, { recursive: true, force: true });
      cpSync(copy, gatewayDir, { recursive: true });
      rmSync(copy, { recursive: true, force: true });
      await gateway.start();
    },
  };
};

export const putBackFaults: Fault[] = [{ kind: 'gateway-put-back', target: 'gateway', plan }];
