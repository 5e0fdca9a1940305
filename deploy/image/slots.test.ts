import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';

const script = join(packageRoot, 'deploy/image/files/usr/lib/harbinger-image/slots');
let boot: string;
const entries = () => join(boot, 'loader/entries');

function slots(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('sh', [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, HARBINGER_BOOT: boot },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Starts as systemd-boot does: entries without tries last, then the highest version; takes a try. Returns the slot. */
function start(): string {
  const found = readdirSync(entries()).map((file) => {
    const [, slot = '', tries] = /^([ab])(?:\+(\d+)(?:-\d+)?)?\.conf$/.exec(file) ?? [];
    const version = Number(/^version (\d+)$/m.exec(readFileSync(join(entries(), file), 'utf8'))?.[1]);
    return { file, slot, tries: tries === undefined ? null : Number(tries), version };
  });
  const isBad = (tries: number | null) => Number(tries === 0);
  found.sort((a, b) => isBad(a.tries) - isBad(b.tries) || b.version - a.version);
  const { file, slot, tries } = found[0]!;
  if (tries !== null && tries > 0)
    renameSync(join(entries(), file), join(entries(), `${slot}+${tries - 1}-1.conf`));
  return slot;
}

beforeEach(() => {
  boot = mkdtempSync(join(tmpdir(), 'harbinger-slots-'));
  mkdirSync(entries(), { recursive: true });
  for (const slot of ['a', 'b']) {
    mkdirSync(join(boot, slot));
    writeFileSync(join(boot, slot, 'entry.conf'), `title slot ${slot}\n`);
  }
  writeFileSync(join(entries(), 'a+9.conf'), 'title slot a\nversion 1\n');
});
afterEach(() => rmSync(boot, { recursive: true }));

/** An update: RAUC marks the slot bad, writes it, and makes it the first. */
function update(slot: string): void {
  slots('set-state', slot, 'bad');
  slots('set-primary', slot);
}

describe('slots', () => {
  it('start the one that was installed, and keep it once it is well', () => {
    expect(slots('get-primary')).toBe('a');
    expect(slots('get-state', 'b')).toBe('bad');
    update('b');
    expect(slots('get-primary')).toBe('b');
    expect(start()).toBe('b');
    slots('set-state', 'b', 'good');
    expect(readdirSync(join(boot, 'b'))).toEqual(['entry.conf']);
    for (let boots = 0; boots < 20; boots++) {
      expect(start()).toBe('b');
      slots('set-state', 'b', 'good');
    }
  });

  it('come back to the old one after three starts of a new one that is never well', () => {
    update('b');
    expect([start(), start(), start(), start()]).toEqual(['b', 'b', 'b', 'a']);
    slots('set-state', 'a', 'good');
    expect(slots('get-primary')).toBe('a');
    expect(slots('get-state', 'b')).toBe('bad');
    expect(start()).toBe('a');
  });

  it('can be installed in turn, for years', () => {
    for (let updates = 0; updates < 12; updates++) {
      const slot = updates % 2 === 0 ? 'b' : 'a';
      update(slot);
      expect(start()).toBe(slot);
      slots('set-state', slot, 'good');
    }
  });

  it('use the other one when the one that was well is destroyed', () => {
    update('b');
    start();
    slots('set-state', 'b', 'good');
    slots('set-state', 'a', 'good');
    const starts = Array.from({ length: 10 }, start);
    expect(starts.slice(0, 9)).toEqual(Array(9).fill('b'));
    expect(starts[9]).toBe('a');
  });

  it('leave the running one alone, wherever the power fails while the other one becomes the first', () => {
    slots('set-state', 'b', 'bad');
    const before = readFileSync(join(entries(), 'a+9.conf'), 'utf8');
    slots('set-primary', 'b');
    expect(readFileSync(join(entries(), 'a+9.conf'), 'utf8')).toBe(before);
    // The new entry was written and not yet renamed: the loader ignores it.
    renameSync(join(entries(), 'b+3.conf'), join(entries(), 'b.new'));
    expect(slots('get-primary')).toBe('a');
  });

  it('are refused as first without a kernel', () => {
    rmSync(join(boot, 'b/entry.conf'));
    expect(() => slots('set-primary', 'b')).toThrow('slot b has no kernel');
  });
});
