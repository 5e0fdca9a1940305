/** A virtual computer in QEMU: its disk is a file, its screen the serial console, its network a few ports of the loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type Architecture = 'amd64' | 'arm64';

/** Emulated, because few computers that build have a processor that can do it by itself. */
const computers = {
  amd64: {
    command: 'qemu-system-x86_64',
    args: ['-M', 'q35,accel=tcg', '-cpu', 'Nehalem', '-device', 'i6300esb', '-action', 'watchdog=reset'],
    firmware: ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  },
  arm64: {
    command: 'qemu-system-aarch64',
    args: ['-M', 'virt,accel=tcg', '-cpu', 'cortex-a72'],
    firmware: ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
  },
} satisfies Record<Architecture, { command: string; args: string[]; firmware: [string, string] }>;

/** On a busy computer, an emulated timer may be too late for the check that the kernel makes of it. */
const unchecked = 'io.systemd.boot.kernel-cmdline-extra=no_timer_check';

const lookMs = 200;
const linesMax = 20_000;

export interface GuestOptions {
  arch: Architecture;
  /** A raw image, which it writes to. */
  disk: string;
  /** A file that gets a log of all writes and flushes of the disk, for power cuts. */
  log?: string;
  /** A second disk, such as a stick. */
  stick?: string;
  /** A folder for its firmware's memory and its console. */
  folder: string;
  /** Hides other processes, and the boot, from the gateway, as some sites do with their services. */
  isHidden?: boolean;
  /** Ports of the loopback that lead to MQTT and SSH. */
  ports: { mqtt: number; ssh: number };
}

export class Guest {
  readonly #options: GuestOptions;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #rest = '';

  constructor(options: GuestOptions) {
    this.#options = options;
    const { command, args } = computers[options.arch];
    this.#child = spawn(command, [...args, ...argumentsOf(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const console = join(options.folder, 'console.log');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        appendFileSync(console, text);
        const lines = `${this.#rest}${text}`.split(/\r?\n/);
        this.#rest = lines.pop() ?? '';
        this.#lines.push(...lines);
        if (this.#lines.length > linesMax) this.#lines.splice(0, linesMax / 10);
      });
    this.#child.on('error', (error) => this.#lines.push(`${command}: ${error.message}`));
    process.once('exit', this.#kill);
  }

  readonly #kill = () => void this.#child.kill('SIGKILL');

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Seconds of a processor that all of it has cost: those of the guest, and of its emulation. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Lines of the console from `first` on. */
  lines(first = 0): readonly string[] {
    return this.#lines.slice(first);
  }

  /** Waits until the console has shown a line. @throws Error with the last lines if it has not in time */
  async shows(what: RegExp, secondsMax: number, first = 0): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await this.#until(secondsMax, `the console to show ${what}`, async () => {
      for (const line of this.#lines.slice(first)) found ??= what.exec(line);
      return found !== null;
    });
    return found!;
  }

  /** Runs a command as root, over SSH. */
  async run(command: string, secondsMax = 120): Promise<{ status: number | null; output: string }> {
    const { folder, ports } = this.#options;
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const child = spawn(
      'ssh',
      [
        ...[...options, 'ConnectTimeout=60'].flatMap((option) => ['-o', option]),
        ...['-i', join(folder, 'key'), '-p', String(ports.ssh), 'root@127.0.0.1', command],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], timeout: secondsMax * 1_000, killSignal: 'SIGKILL' },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, output: output.trim() };
  }

  /** Waits until `run` of a command succeeds. */
  async can(command: string, secondsMax: number): Promise<string> {
    let output = '';
    await this.#until(secondsMax, `'${command}' to succeed`, async () => {
      const { status, output: said } = await this.run(command);
      output = said;
      return status === 0;
    });
    return output;
  }

  /** Waits until it has switched itself off. */
  async ended(secondsMax: number): Promise<void> {
    const endMs = performance.now() + secondsMax * 1_000;
    while (this.isRunning && performance.now() < endMs) await delay(lookMs);
    if (this.isRunning) throw new Error(`it is still on after ${secondsMax} s`);
  }

  /** Takes the power away. */
  async cut(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    process.off('exit', this.#kill);
  }

  async #until(secondsMax: number, what: string, condition: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + secondsMax * 1_000;
    while (!(await condition())) {
      if (this.isRunning && performance.now() < endMs) await delay(lookMs);
      else {
        const why = this.isRunning ? `not within ${secondsMax} s` : 'the computer has ended';
        throw new Error(`${why}: ${what}; its last lines:\n${this.#lines.slice(-40).join('\n')}`);
      }
    }
  }
}

/** A drop-in of a unit, as systemd takes it from a virtual computer. */
const hiding = Buffer.from('[Service]\nProcSubset=pid\nProtectProc=invisible\n').toString('base64');
const hidden = `io.systemd.credential.binary:systemd.unit-dropin.harbinger-gateway.service=${hiding}`;

function argumentsOf({ arch, disk, log, stick, folder, ports, isHidden }: GuestOptions): string[] {
  const [code, variables] = computers[arch].firmware;
  const own = join(folder, `variables-${arch}.fd`);
  if (!existsSync(own)) copyFileSync(variables, own);
  const nodes = [`driver=file,node-name=disk,filename=${disk},cache.no-flush=on`];
  if (log !== undefined) {
    writeFileSync(log, '');
    nodes.push(`driver=file,node-name=log,filename=${log},cache.no-flush=on`);
    nodes.push('driver=blklogwrites,node-name=logged,file=disk,log=log');
  }
  if (stick !== undefined) nodes.push(`driver=file,node-name=stick,filename=${stick},read-only=on`);
  const forwarded = `hostfwd=tcp:127.0.0.1:${ports.mqtt}-:1883,hostfwd=tcp:127.0.0.1:${ports.ssh}-:22`;
  return [
    ...['-smp', '2', '-m', '1024', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,file=${own}`],
    ...nodes.flatMap((node) => ['-blockdev', node]),
    ...['-device', `virtio-blk-pci,drive=${log === undefined ? 'disk' : 'logged'},bootindex=1`],
    ...(stick === undefined ? [] : ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick']),
    ...(arch === 'amd64' ? ['-smbios', `type=11,value=${unchecked}`] : []),
    ...(isHidden ? ['-smbios', `type=11,value=${hidden}`] : []),
    ...['-netdev', `user,id=net,${forwarded}`, '-device', 'virtio-net-pci,netdev=net,romfile='],
  ];
}

/** Makes a disk larger than its image, as a card is. */
export function grow(disk: string, bytes: number): void {
  truncateSync(disk, bytes);
}
