/** Updates from a stick and over the air, a wrong signature, a version that is not well, and a slot that is destroyed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pack } from '../../deploy/image/root.mjs';
import { keysIn, makeUpdate } from '../../deploy/image/update.mjs';
import type { Ledger } from '../load/record/ledger.ts';
import { type Bench, secondsMax, site } from './bench.ts';
import { type Cloud, withCloud } from './cloud.ts';
import { serveFile } from './file-server.ts';
import type { Architecture } from './guest.ts';

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
  const sick = bundleOf('sick', version.sick, packed(version.sick));
  rmSync(system, { recursive: true });

  await withCloud(bench, async (cloud) => {
    const guest = bench.boot({ stick: strange });
    // It sends over all of it: what it was promised is at the cloud in the end.
    const sensor = bench.sensor(password, { rate: 1 });
    /** Asks for an update at the cloud, and serves its bundle until the console has shown a line. */
    const wanted = async (as: string, bundle: string, line: RegExp) => {
      const seen = guest.lines().length;
      const server = await serveFile(bundle);
      try {
        const source = `http://10.0.2.2:${server.port}/${as}.raucb`;
        await cloud.want('updates', { system: as, source, stages: [1] });
        await guest.shows(line, trialSecondsMax, seen);
      } finally {
        await server.close();
      }
    };
    const serves = async (slot: string) => {
      await bench.acknowledged(guest, password);
      await guest.can(`grep -q harbinger.slot=${slot} /proc/cmdline`, secondsMax);
    };
    try {
      await guest.shows(/slot a is well/, secondsMax);
      await bench.acknowledged(guest, password);
      await sensor.start();
      await guest.shows(/was refused/, secondsMax);
      await serves('a');
      say('a bundle that a stranger has signed is refused, and the gateway serves');

      await wanted(version.next, next, /slot b is well/);
      await serves('b');
      await stands(cloud, 'in-force');
      say('an update that the cloud wants is fetched, installed, well, and reported as in force');

      const seen = guest.lines().length;
      const destroy = 'dd if=/dev/zero of=$(findmnt -no SOURCE /) bs=1M count=16 conv=fsync';
      await guest.run(`${destroy}; echo b >/proc/sysrq-trigger`);
      await guest.shows(/slot a is well/, trialSecondsMax, seen);
      await serves('a');
      await guest.shows(/slot b has a copy of slot a/, secondsMax, seen);
      say('a slot that is destroyed is left by itself, and filled again from the other one');

      await wanted(version.sick, sick, /slot b is not well/);
      await guest.shows(/slot a is well/, trialSecondsMax, guest.lines().length);
      await serves('a');
      await stands(cloud, 'refused');
      await sensor.stop();
      await arrives(cloud, sensor.ledger);
      say('a signed version that is not well is left by itself, and the one before serves again');
    } finally {
      await guest.cut();
    }
  });
}

/** Waits until the cloud has each acknowledged reading, once. */
async function arrives(cloud: Cloud, ledger: Ledger): Promise<void> {
  for (const endMs = performance.now() + secondsMax * 1_000; ; await delay(1_000)) {
    const { lostCount, repeatedCount } = ledger.compare(await cloud.readings());
    if (repeatedCount > 0) throw new Error(`${repeatedCount} readings are stored more than once`);
    if (lostCount === 0) return;
    if (performance.now() > endMs) throw new Error(`${lostCount} acknowledged readings are lost`);
  }
}

/** Waits until the cloud knows how the update stands at the gateway. */
async function stands(cloud: Cloud, as: string): Promise<void> {
  for (const endMs = performance.now() + secondsMax * 1_000; ; await delay(1_000)) {
    const state = (await cloud.standings()).find(({ gateway }) => gateway === site.gateway)?.state;
    if (state === as) return;
    if (performance.now() > endMs) throw new Error(`the update is ${state} at the cloud, and not ${as}`);
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
