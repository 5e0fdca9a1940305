/** Updates from a stick and over the air, a wrong signature, a version that is not well, and a slot that is destroyed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pack } from '../../deploy/image/root.mjs';
import { keysIn, makeUpdate } from '../../deploy/image/update.mjs';
import { type Bench, secondsMax, site } from './bench.ts';
import { withCloud } from './cloud.ts';
import { serveFile } from './file-server.ts';
import type { Architecture, Guest } from './guest.ts';

export interface UpdateOptions {
  bench: Bench;
  password: string;
  arch: Architecture;
  squashfs: string;
  /** Folder of the keys that the image was made with. */
  keys: string;
  say(text: string): void;
}

const version = { next: '0.2.0', sick: '0.3.0' };
/** A start of a new version includes the time that it has to become well. */
const trialSecondsMax = 3 * secondsMax;

export async function updates({ bench, password, arch, squashfs, keys, say }: UpdateOptions): Promise<void> {
  const work = bench.at('updates');
  mkdirSync(work);
  const signing = keysIn(keys);
  const bundleOf = (name: string, as: string, system: string, signed = signing) => {
    const bundle = bench.at(`harbinger-gateway_${as}_${name}.raucb`);
    makeUpdate({ work, squashfs: system, bundle, arch, version: as, signing: signed });
    return bundle;
  };
  const strange = stickWith(bundleOf('strange', version.next, squashfs, keysIn(bench.at('strange-keys'))));
  const system = bench.at('system');
  execFileSync('unsquashfs', ['-q', '-n', '-d', system, squashfs]);
  const packed = (as: string) => {
    writeFileSync(join(system, 'usr/share/harbinger-image/version'), `${as}\n`);
    pack(system, bench.at(`${as}.squashfs`), 0);
    return bench.at(`${as}.squashfs`);
  };
  const next = bundleOf('next', version.next, packed(version.next));
  // A gateway that ends at once.
  writeFileSync(join(system, 'usr/lib/harbinger-gateway/bin/node'), '#!/bin/sh\nexit 1\n');
  const sick = stickWith(bundleOf('sick', version.sick, packed(version.sick)));
  rmSync(system, { recursive: true });

  await withCloud(bench, async (cloud) => {
    let guest = bench.boot({ stick: strange });
    try {
      await guest.shows(/slot a is well/, secondsMax);
      await guest.shows(/was refused/, secondsMax);
      await bench.acknowledged(guest, password);
      await isRunning(guest, 'a');
      say('a bundle that a stranger has signed is refused, and the gateway serves');

      const server = await serveFile(next);
      try {
        await cloud.want('updates', {
          system: version.next,
          source: `http://10.0.2.2:${server.port}/${version.next}.raucb`,
          stages: [1],
        });
        await guest.shows(/slot b is well/, trialSecondsMax);
      } finally {
        await server.close();
      }
      await bench.acknowledged(guest, password);
      await isRunning(guest, 'b');
      await follows(cloud.standings);
      say('an update that the cloud wants is fetched, installed, well, and reported as in force');

      const seen = guest.lines().length;
      await guest.run(
        'dd if=/dev/zero of=$(findmnt -no SOURCE /) bs=1M count=16 conv=fsync; echo b >/proc/sysrq-trigger',
      );
      await guest.shows(/slot a is well/, trialSecondsMax, seen);
      await bench.acknowledged(guest, password);
      await isRunning(guest, 'a');
      await guest.shows(/slot b has a copy of slot a/, secondsMax, seen);
      say('a slot that is destroyed is left by itself, and filled again from the other one');

      await guest.cut();
      guest = bench.boot({ stick: sick });
      await guest.shows(/slot b is not well/, trialSecondsMax);
      await guest.shows(/slot a is well/, trialSecondsMax, guest.lines().length);
      await bench.acknowledged(guest, password);
      await isRunning(guest, 'a');
      say('a signed version that is not well is left by itself, and the one before serves again');
    } finally {
      await guest.cut();
    }
  });
}

async function isRunning(guest: Guest, slot: string): Promise<void> {
  await guest.can(`grep -q harbinger.slot=${slot} /proc/cmdline`, secondsMax);
}

async function follows(standings: () => Promise<{ gateway: string; state: string | null }[]>): Promise<void> {
  for (const endMs = performance.now() + secondsMax * 1_000; ; await delay(1_000)) {
    const state = (await standings()).find(({ gateway }) => gateway === site.gateway)?.state;
    if (state === 'in-force') return;
    if (performance.now() > endMs) throw new Error(`the update is not in force at the cloud: ${state}`);
  }
}

/** A stick as people have them: one FAT file system, with a bundle. */
function stickWith(bundle: string): string {
  const stick = `${bundle}.stick`;
  execFileSync('truncate', ['-s', '512M', stick]);
  execFileSync('mkfs.vfat', ['-F', '32', stick], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  execFileSync('mcopy', ['-i', stick, bundle, '::']);
  rmSync(bundle);
  return stick;
}
