/** Damage to the gateway's journal, done between kill -9 and start, so that the possible losses are known exactly. */
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockHeaderBytes, encodeBlock } from '../../../../gateway/journal/segments/format.ts';
import { lanes } from '../../../../shared/contract/lanes.ts';
import type { LogLine } from '../../../support/processes.ts';
import { Draw } from '../../draw/draw.ts';
import { metricOf } from '../../observe/watch.ts';
import { eventually, type Fault, type Scene } from '../fault.ts';
import { damageFile, fileDamages, flipBits } from './files.ts';
import { allReadingsIn, type FoundBlock, type FoundSegment, readSegments } from './journal-blocks.ts';

/** Ends of a segment after a power cut in the middle of a write. Nothing of that write had been acknowledged. */
const tails = {
  garbage: (_: FoundSegment, draw: Draw) => draw.bytes(draw.int(1, 5_000)),
  zeros: (_: FoundSegment, draw: Draw) => Buffer.alloc(draw.int(1, 20_000)),
  'half a block': ({ blocks, firstSeq, seed }: FoundSegment, draw: Draw) => {
    const seq = (blocks.at(-1)?.block.seq ?? firstSeq - 1) + 1;
    const body = draw.bytes(draw.int(100, 3_000));
    const nothing = Buffer.alloc(0);
    const block = {
      seq,
      codec: 'identity' as const,
      lines: 1,
      rawBytes: body.length,
      body,
      local: nothing,
    };
    const whole = Buffer.concat(encodeBlock(block, 0, seed));
    return whole.subarray(0, draw.int(1, whole.length - 1));
  },
};

function journalFault(kind: string, plan: Fault['plan']): Fault {
  return { kind, target: 'gateway', plan };
}

/** Kills the gateway, does the damage, and starts it again. Returns what it has logged since. */
async function whileDown({ site, allow }: Scene, damage: () => void): Promise<LogLine[]> {
  const { gateway } = site;
  allow('torn-tail');
  await gateway.kill9();
  const mark = gateway.lastLog;
  damage();
  await gateway.start();
  return gateway.logsSince(mark);
}

const tornTail = journalFault('journal-torn-tail', (draw) => {
  const style = draw.pick(Object.keys(tails) as (keyof typeof tails)[]);
  const lane = draw.pick([...lanes, 'readings', 'readings'] as const);
  const seed = draw.int(0, 2 ** 30);
  return {
    text: `kill -9 gateway, append ${style} to the last block of ${lane}, start`,
    async run(scene) {
      let bytes = 0;
      const logs = await whileDown(scene, () => {
        const last = readSegments(scene.site.journalDir, lane).at(-1);
        if (!last || last.blocks.length === 0) return;
        const tail = tails[style](last, new Draw(seed));
        writeFileSync(last.path, tail, { flag: 'a' });
        bytes = last.bytes.length + tail.length - last.goodEnd;
      });
      if (bytes === 0) return scene.say(`nothing in ${lane} yet`);
      scene.expect('gateway: reports exactly the torn bytes, in its log and as an event', () => {
        const logged = logs.find(({ json }) => json?.lane === lane && isAbout(json, 'torn tail'))?.json;
        if (logged?.bytes !== bytes)
          return `${bytes} bytes in ${lane}; logged ${JSON.stringify(logged ?? null)}`;
        const isEvent = scene
          .losses()
          .some((loss) => loss.cause === 'torn-tail' && loss.lane === lane && loss.bytes === bytes);
        return isEvent ? null : `no loss event for ${bytes} bytes in ${lane}`;
      });
      scene.expect('gateway: harbinger_journal_lost_bytes_total counts the torn bytes', () =>
        eventually(async () => {
          const counted = await metricOf(scene.site.gateway.process, 'harbinger_journal_lost_bytes_total');
          return counted !== null && counted >= bytes ? null : `${counted} of ${bytes}`;
        }),
      );
    },
  };
});

function isAbout(json: Record<string, unknown> | null, words: string): boolean {
  return String(json?.msg).includes(words);
}

/** Losses to damaged blocks must have been reported, and no other losses. */
function expectDamageReported(scene: Scene, readings: readonly string[]): void {
  scene.excuse(readings);
  scene.allow('damaged-block');
  scene.expect('gateway: reports damaged blocks if readings were lost with them', () => {
    const lost = scene.lostToDamage();
    if (lost === 0) return null;
    const reported = scene.losses().filter(({ lane }) => lane === 'readings');
    return reported.length > 0 ? null : `${lost} readings lost, no loss event`;
  });
}

const flipped = journalFault('journal-flipped-bits', (draw) => {
  const blocksHit = draw.int(1, 5);
  const newest = draw.chance(0.7);
  const seed = draw.int(0, 2 ** 30);
  return {
    text: `kill -9 gateway, flip bits in ${blocksHit} ${newest ? 'of the newest' : 'of all'} blocks of readings, start`,
    async run(scene) {
      const hit: string[] = [];
      await whileDown(scene, () => {
        const own = new Draw(seed);
        const segments = readSegments(scene.site.journalDir, 'readings');
        const all = segments.flatMap((segment) => segment.blocks.map((found) => ({ segment, found })));
        const from = newest ? all.slice(-20) : all;
        for (let i = 0; i < blocksHit && from.length > 0; i++) {
          const [{ segment, found }] = from.splice(own.int(0, from.length - 1), 1) as [(typeof from)[number]];
          hit.push(...allReadingsIn(found.block));
          flipBits(segment.bytes, found.at, found.end, own);
          writeFileSync(segment.path, segment.bytes);
        }
      });
      expectDamageReported(scene, hit);
    },
  };
});

const truncated = journalFault('journal-truncated', (draw) => {
  // A few blocks; or as much as a card that reports false syncs may lose, some of it confirmed by the cloud.
  const back = draw.chance(0.5) ? draw.int(1, 6) : draw.int(50, 300);
  const share = draw.share();
  return {
    text: `kill -9 gateway, cut its newest segment of readings within the last ${back} blocks, start`,
    async run(scene) {
      const gone: FoundBlock[] = [];
      await whileDown(scene, () => {
        const last = readSegments(scene.site.journalDir, 'readings').at(-1);
        const blocks = last?.blocks.slice(-back) ?? [];
        const [first] = blocks;
        if (!last || !first) return;
        // Within a block's bytes, never between two blocks, which would leave nothing to detect.
        const at = first.at + 1 + Math.floor(share * (first.end - first.at - 2));
        truncateSync(last.path, at);
        gone.push(...blocks);
      });
      if (gone.length > 0 && gone[0]!.end - gone[0]!.at <= blockHeaderBytes) return;
      expectDamageReported(
        scene,
        gone.flatMap(({ block }) => allReadingsIn(block)),
      );
    },
  };
});

const stateDamaged = journalFault('journal-state-damaged', (draw) => {
  const file = draw.pick(['cursors.json', 'meta.json']);
  const how = draw.pick(fileDamages);
  const seed = draw.int(0, 2 ** 30);
  return {
    text: `kill -9 gateway, ${file} ${how}, start`,
    async run(scene) {
      // Read from its start again, the journal still contains what earlier rounds have damaged.
      if (file === 'cursors.json') scene.allow('damaged-block');
      let isThere = false;
      const logs = await whileDown(scene, () => {
        const path = join(scene.site.journalDir, file);
        isThere = existsSync(path);
        if (isThere) damageFile(path, how, new Draw(seed));
      });
      scene.expect(`gateway: logs that ${file} is damaged, and runs on`, () => {
        if (!isThere || how === 'deleted') return null;
        return logs.some(({ json }) => isAbout(json, `${file} is damaged`)) ? null : 'nothing in its log';
      });
    },
  };
});

export const journalFaults: Fault[] = [tornTail, flipped, truncated, stateDamaged];
