import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { answersIn, questionsOf } from '../cli/setup/answers.ts';
import { example } from './disk.mjs';
import {
  entry,
  fstab,
  imageBytes,
  margin,
  names,
  partitions,
  raucConfig,
  sizes,
  table,
  uuids,
} from './layout.mjs';
import { hook } from './update.mjs';

const files = join(packageRoot, 'deploy/image/files');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-image-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the disk', () => {
  it('has partitions one after the other, on whole mebibytes, with room for both tables', () => {
    let end = margin;
    for (const name of names) {
      const { start, size } = partitions()[name];
      expect([name, start, size % (1 << 20)]).toEqual([name, end, 0]);
      end = start + size;
    }
    expect(imageBytes).toBe(end + margin);
    expect(table().match(/^start=/gm)).toHaveLength(4);
  });

  it('is found by the same names in its table, the entries of the loader, and the updates', () => {
    expect(new Set(Object.values(uuids)).size).toBe(4);
    expect(partitions().a.size).toBe(sizes.slot);
    for (const slot of ['a', 'b'] as const) {
      expect(table()).toContain(`uuid=${uuids[slot]}, name=harbinger-${slot}`);
      expect(entry(slot, '1.0.0', 'ttyS0')).toContain(`root=PARTUUID=${uuids[slot]} `);
      expect(entry(slot, '1.0.0', 'ttyS0')).toContain(`linux /${slot}/linux\n`);
      expect(raucConfig('amd64')).toContain(`by-partuuid/${uuids[slot]}\ntype=raw\nbootname=${slot}\n`);
    }
  });
});

const scripts = readdirSync(files, { recursive: true, withFileTypes: true })
  .map((found) => join(found.parentPath, found.name))
  .filter((path) => statSync(path).isFile() && readFileSync(path, 'utf8').startsWith('#!'));

test.each(scripts)('%s is sound for its shell, and may be run', (path) => {
  const shell = readFileSync(path, 'utf8').startsWith('#!/bin/bash') ? 'bash' : 'sh';
  expect(spawnSync(shell, ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(statSync(path).mode & 0o111).toBe(0o111);
});

it('the boot partition is written by scripts that sync themselves: with each write, a kernel would take minutes', () => {
  expect(fstab).toMatch(/ \/boot vfat ro,umask=0077,/);
  for (const name of ['boot-files', 'slots'])
    expect(readFileSync(join(files, 'usr/lib/harbinger-image', name), 'utf8')).toMatch(/^ *sync\b|\bsync;/m);
});

it('udev leaves alone the device through which RAUC reads from an address: it would end when udev closes it', () => {
  // Rules are read in the order of their names: `watch` is set by 60-block, and the flag is read by 60-persistent-storage.
  const rules = readFileSync(join(files, 'etc/udev/rules.d/60-harbinger-nbd.rules'), 'utf8');
  expect(rules).toMatch(/nbd.*UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG.*nowatch/);
});

it('the kernel finds the second table of partitions if the first one was cut off, and starts again after a panic', () => {
  expect(entry('a', '1.0.0', 'ttyS0')).toMatch(/ gpt panic=\d+ /);
  // With it, the initramfs would start again without giving up a slot that cannot be mounted, so that is kept from it.
  const hook = readFileSync(join(files, 'etc/initramfs-tools/hooks/harbinger'), 'utf8');
  const change = /^sed -i '(.*)' /m.exec(hook)?.[1] ?? '';
  const init = 'case $x in\n\tpanic=*)\n\t\tpanic=10\n';
  const { stdout } = spawnSync('sed', [change], { input: init, encoding: 'utf8' });
  expect(stdout).toContain('\tpanic=-)\n\t\tpanic=');
});

describe('the settings on the boot partition', () => {
  function read(text: string) {
    const file = join(dir, 'harbinger.toml');
    writeFileSync(file, text);
    const answers = join(dir, 'answers.toml');
    const script = join(files, 'usr/lib/harbinger-image/settings');
    const { stdout } = spawnSync('sh', [script, file, dir, answers], { encoding: 'utf8' });
    const kept = (name: string) => {
      const path = join(dir, name);
      return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
    };
    const [hostname, key, time] = ['hostname', 'authorized_keys', 'time_server'].map(kept);
    return { stdout, hostname, key, time, answers: kept('answers.toml') };
  }

  it('are those of the example, whose rest is what setup asks for', () => {
    const { hostname, key, answers, stdout } = read(example);
    expect([hostname, key, stdout]).toEqual(['hall-1-gw', null, '']);
    const setup = answersIn(answers ?? '', questionsOf('gateway', 'x'));
    expect(setup).toMatchObject({ site: 'hall-1', gateway: 'hall-1-gw', machine: 'pump-3', type: 'generic' });
  });

  it('may come from an editor of Windows, with a key that only root may read', () => {
    const found = read(
      'hostname = "gw-2" # the second\r\nssh_key = "ssh-ed25519 AAAAC3 me@laptop"\r\ntime_server = "192.168.1.1"\r\n',
    );
    expect(found).toMatchObject({
      hostname: 'gw-2',
      key: 'ssh-ed25519 AAAAC3 me@laptop',
      time: '192.168.1.1',
    });
    expect(found.answers).toBeNull();
    expect(statSync(join(dir, 'authorized_keys')).mode & 0o777).toBe(0o600);
  });

  it('are refused by name if they are unsound, and change nothing', () => {
    const found = read('hostname = "$(reboot)"\nssh_key = "password"\ntime_server = "a b"\n');
    expect(found).toMatchObject({ hostname: null, key: null, time: null });
    expect(found.stdout.match(/^(hostname|ssh_key|time_server): /gm)).toHaveLength(3);
  });
});

test('an older update, and one for other computers, are refused by name', () => {
  const running = join(dir, 'version');
  writeFileSync(running, '1.1.0\n');
  const script = hook.replaceAll('/usr/share/harbinger-image/version', running);
  const offered = (version: string, compatible = 'harbinger-gateway-amd64') =>
    spawnSync('sh', ['-s', 'install-check'], {
      input: script,
      encoding: 'utf8',
      env: {
        ...process.env,
        RAUC_MF_VERSION: version,
        RAUC_MF_COMPATIBLE: compatible,
        RAUC_SYSTEM_COMPATIBLE: 'harbinger-gateway-amd64',
      },
    });
  expect(offered('1.1.0').status).toBe(0);
  expect(offered('1.2.0').status).toBe(0);
  expect(offered('1.0.9')).toMatchObject({
    status: 10,
    stderr: expect.stringContaining('1.0.9 is older than 1.1.0'),
  });
  expect(offered('1.2.0', 'harbinger-gateway-arm64').status).toBe(11);
});

test('each folder of the image that a device writes to is on its data partition', () => {
  const ssh = readFileSync(join(files, 'etc/ssh/sshd_config.d/harbinger.conf'), 'utf8');
  expect(ssh).toContain('PasswordAuthentication no\n');
  for (const [, path] of ssh.matchAll(/(?:AuthorizedKeysFile|HostKey) (\S+)/g))
    expect(path).toMatch(/^\/var\/lib\//);
});
