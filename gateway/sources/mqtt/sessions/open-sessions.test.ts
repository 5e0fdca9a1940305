import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../../shared/files/json/json-record.ts';
import { type Log, silentLog } from '../../../../shared/runtime/log.ts';
import { changeLevel, levelRecord } from './import/level-folder.testing.ts';
import { openSessions } from './open-sessions.ts';
import { FailingDisk, openTestSessions } from './opened.testing.ts';

let dataDir = '';
const said: string[] = [];
const log = Object.assign(Object.create(silentLog) as Log, {
  error: (_: object, text: string) => void said.push(text),
});
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-sessions-'));
  said.length = 0;
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** The records on disk, as `key=head body`. */
async function contents(options: Parameters<typeof openTestSessions>[1] = { log }): Promise<string[]> {
  const { records, loaded } = await openTestSessions(dataDir, options);
  await records.stop();
  const ofBroker = loaded.filter(([key]) => key !== 'import');
  return ofBroker.map(([key, value]) => {
    const { head, body } = decodeRecord(value)!;
    return `${key}=${JSON.stringify(head)} ${body}`;
  });
}

describe('sessions on disk', () => {
  it('names the process that holds the lock', async () => {
    const { records } = await openTestSessions(dataDir);
    await expect(openTestSessions(dataDir)).rejects.toMatchObject({ code: 'BROKER_STORE_LOCKED' });
    await records.stop();
  });

  it('reports that its folder cannot be created', async () => {
    writeFileSync(join(dataDir, 'file'), '');
    await expect(openTestSessions(join(dataDir, 'file'))).rejects.toMatchObject({
      code: 'BROKER_STORE_FAILED',
    });
  });

  it('reads records in the order of their keys', async () => {
    const { records } = await openTestSessions(dataDir);
    const value = Buffer.from([2, 0, 0, 0, 0x7b, 0x7d]);
    await records.write(
      ['o!2', 'c!1', 'o!1'].map((key) => ({ key, value })),
      false,
    );
    await records.stop();
    expect(await contents()).toEqual(['c!1={} ', 'o!1={} ', 'o!2={} ']);
  });

  it('sets aside a folder without records, and starts empty', async () => {
    writeFileSync(join(dataDir, 'sessions'), 'x');
    expect(await contents({ nowMs: 1234, log })).toEqual([]);
    expect(statSync(join(dataDir, 'sessions.damaged-1234')).isFile()).toBe(true);
    expect(said.join()).toContain('could not be read');
  });
});

it('sessions stay where they are while the disk is full at the start', async () => {
  const { records } = await openTestSessions(dataDir);
  await records.write([{ key: 'r!a', value: Buffer.from('kept') }], true);
  await records.stop();
  const full = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  await expect(openSessions(dataDir, { openRecords: full, nowMs: 1, log })).rejects.toMatchObject({
    code: 'BROKER_STORE_FAILED',
    message: expect.stringContaining('no space left'),
  });
  expect(readdirSync(dataDir)).toEqual(['sessions']);
});

describe('sessions in the LevelDB of an earlier version', () => {
  const folder = () => join(dataDir, 'broker');

  async function leaveOldSessions(): Promise<void> {
    const bad = levelRecord({ clientId: 'c' }, 'flipped');
    bad[10]! ^= 1;
    await changeLevel(folder(), {
      'r!a': levelRecord({ qos: 1 }, 'kept'),
      'w!b': levelRecord({ clientId: 'b' }, '', false),
      'c!c': bad,
    });
  }

  const whole = ['r!a={"qos":1} kept', 'w!b={"clientId":"b"} '];

  it('are imported once, and their folder is set aside', async () => {
    await leaveOldSessions();
    expect(await contents()).toEqual(whole);
    expect(readdirSync(dataDir).sort()).toEqual(['broker.imported', 'sessions']);
    const { records } = await openTestSessions(dataDir);
    await records.write([{ key: 'r!a', value: null }], true);
    await records.stop();
    expect(await contents()).toEqual(whole.slice(1));
  });

  it('are imported again if the process ended before they were set aside', async () => {
    await leaveOldSessions();
    await contents();
    renameSync(join(dataDir, 'broker.imported'), folder());
    expect(await contents()).toEqual(whole);
  });

  it('prevent the broker from starting while the disk cannot be written, and are imported when it can', async () => {
    await leaveOldSessions();
    const disk = new FailingDisk();
    disk.isFailing = true;
    for (let start = 0; start < 3; start++)
      await expect(openTestSessions(dataDir, { disk, log })).rejects.toMatchObject({
        code: 'BROKER_STORE_FAILED',
      });
    disk.isFailing = false;
    expect(await contents({ disk, log })).toEqual(whole);
    expect(readdirSync(dataDir).sort()).toEqual(['broker.imported', 'sessions']);
  });

  it('stay where they are while LevelDB cannot open them for a reason of the system', async () => {
    await leaveOldSessions();
    const lock = new ClassicLevel(folder());
    await lock.open();
    await expect(openTestSessions(dataDir, { log })).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED' });
    await lock.close();
    // LevelDB writes a new manifest when it opens; a folder in that file's place stands for a disk that refuses it.
    const next = Math.max(
      ...readdirSync(folder()).map((name) => Number.parseInt(name.replace(/\D/g, '') || '0', 10)),
    );
    const inTheWay = [1, 2, 3, 4].map((more) =>
      join(folder(), `MANIFEST-${String(next + more).padStart(6, '0')}`),
    );
    for (const path of inTheWay) mkdirSync(path);
    await expect(openTestSessions(dataDir, { log })).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED' });
    for (const path of inTheWay) rmSync(path, { recursive: true });
    expect(await contents()).toEqual(whole);
  });

  it('are imported again after a downgrade and another upgrade, and no earlier copy is overwritten', async () => {
    await leaveOldSessions();
    await contents();
    await leaveOldSessions();
    expect(await contents()).toEqual(whole);
    expect(readdirSync(dataDir).sort()).toEqual(['broker.imported', 'broker.imported-2', 'sessions']);
  });

  it('are set aside if they cannot be read', async () => {
    mkdirSync(folder());
    writeFileSync(join(folder(), 'CURRENT'), 'MANIFEST-999999\n');
    expect(await contents({ nowMs: 1234, log })).toEqual([]);
    expect(readdirSync(dataDir).sort()).toEqual(['broker.damaged-1234', 'sessions']);
    expect(said.join()).toContain('moved aside');
  });
});
