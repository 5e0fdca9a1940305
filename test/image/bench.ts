/** The start of a proof of the image: settings, a key, a disk of its own, and a computer that was set up once. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadGenerator } from '../load/generator.ts';
import { freePort } from '../support/ports.ts';
import { type Architecture, Guest, grow } from './guest.ts';

/** A card that is larger than the image. */
const diskBytes = 4 * 2 ** 30;
/** Emulated, beside other work: many times what a computer takes. */
export const secondsMax = 1_500;
export const site = {
  name: 'hall-1',
  gateway: 'hall-1-gw',
  machine: 'pump-3',
  linkPassword: 'image-link-password',
};
const topic = `telemetry/${site.name}/${site.machine}`;
/** The first byte of the boot partition, for mtools. */
const bootAt = '@@1M';

export class Bench {
  readonly folder: string;
  readonly ports: { mqtt: number; ssh: number; cloud: number };
  readonly #arch: Architecture;

  private constructor(folder: string, arch: Architecture, ports: Bench['ports']) {
    this.folder = folder;
    this.#arch = arch;
    this.ports = ports;
  }

  /** The port of the cloud stays the same, because the settings have it. */
  static async in(folder: string, arch: Architecture): Promise<Bench> {
    const ports = join(folder, 'cloud-port');
    if (!existsSync(ports)) writeFileSync(ports, String(await freePort()));
    const cloud = Number(readFileSync(ports, 'utf8'));
    return new Bench(folder, arch, { mqtt: await freePort(), ssh: await freePort(), cloud });
  }

  /** Puts the first settings on a copy of the image, as a person does with a card. */
  prepare(image: string): void {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'proof', '-f', this.at('key')]);
    writeFileSync(
      this.at('harbinger.toml'),
      `hostname = "${site.gateway}"
ssh_key = "${readFileSync(this.at('key.pub'), 'utf8').trim()}"
site = "${site.name}"
gateway = "${site.gateway}"
machine = "${site.machine}"
cloud = "mqtt://10.0.2.2:${this.ports.cloud}"
password = "${site.linkPassword}"
`,
    );
    execFileSync('cp', ['--sparse=always', image, this.disk]);
    execFileSync('mcopy', ['-i', `${this.disk}${bootAt}`, this.at('harbinger.toml'), '::harbinger.toml']);
    grow(this.disk, diskBytes);
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  get disk(): string {
    return this.at('disk.img');
  }

  boot(options: { log?: string; stick?: string; isHidden?: boolean } = {}): Guest {
    const { folder, ports } = this;
    return new Guest({ arch: this.#arch, disk: this.disk, folder, ports, ...options });
  }

  /** Keeps a copy of the disk, which is not in use. */
  keep(path: string): string {
    execFileSync('cp', ['--sparse=always', this.disk, path]);
    return path;
  }

  /** A sensor that sends running numbers, and goes on after the computer was away. */
  sensor(password: string, { rate, total }: { rate: number; total?: number }): LoadGenerator {
    return new LoadGenerator({
      ...{ port: this.ports.mqtt, connections: 1, qos: 1, rate, topic, machine: site.machine },
      ...{ username: site.machine, password, ...(total !== undefined && { total }) },
      ...{ stallMsMax: 3_000 * secondsMax, drainMsMax: 1_000 * secondsMax },
    });
  }

  /** Publishes as the sensor until it is acknowledged, with a client that is not ours. */
  async acknowledged(guest: Guest, password: string): Promise<void> {
    const args = ['-p', String(this.ports.mqtt), '-u', site.machine, '-P', password, '-t', topic, '-q', '1'];
    const reading = ['-m', '{"temperature": 21.5}'];
    const endMs = performance.now() + secondsMax * 1_000;
    while (performance.now() < endMs && guest.isRunning) {
      try {
        execFileSync('mosquitto_pub', [...args, ...reading], { timeout: 60_000, stdio: 'ignore' });
        return;
      } catch {
        await delay(200);
      }
    }
    throw new Error(`no acknowledgement:\n${guest.lines().slice(-40).join('\n')}`);
  }
}

/** The password that the first settings have made, from the screen. */
export async function shownPassword(guest: Guest): Promise<string> {
  return (await guest.shows(/kept nowhere else: ([0-9a-f]{24})/, secondsMax))[1]!;
}
