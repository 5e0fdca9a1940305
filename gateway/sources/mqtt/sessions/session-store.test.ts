import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../../shared/runtime/log.ts';
import { decodeRecord, encodeRecord, openStore, type Store } from './session-store.ts';

let root = '';
let folder = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harbinger-store-'));
  folder = join(root, 'broker');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (key: string, value: string) => ({ type: 'put', key, value: Buffer.from(value) }) as const;

async function filled(): Promise<void> {
  const { store } = await openStore(folder, 0, silentLog);
  const value = 'value '.repeat(1_000);
  for (let i = 0; i < 50; i++) await store.write([put(`key ${i}`, value + i)], i % 10 === 0);
  await store.close();
  // A second start turns the log into a table, so that there is one to damage.
  await (await openStore(folder, 0, silentLog)).store.close();
}

const files = (ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending) || name.startsWith(ending))
    .map((name) => join(folder, name));

describe('store', () => {
  it('applies writes in the order they were asked for, across groups', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    const all = [];
    for (let i = 0; i < 100; i++) {
      all.push(store.write([put('a', `${i}`), put(`b${i}`, 'x')]));
      if (i < 99) all.push(store.write([{ type: 'del', key: `b${i}` }], i === 50));
    }
    await Promise.all(all);
    await store.close();
    const { store: again, records } = await openStore(folder, 0, silentLog);
    expect(records.map(([key, value]) => `${key}=${value}`)).toEqual(['a=99', 'b99=x']);
    await again.close();
  });

  it('says who has it when another process does', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    await expect(openStore(folder, 0, silentLog)).rejects.toMatchObject({ code: 'BROKER_STORE_LOCKED' });
    await store.close();
  });

  it('says so when its folder cannot be made', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(openStore(join(root, 'file', 'broker'), 0, silentLog)).rejects.toMatchObject({
      code: 'BROKER_STORE_FAILED',
    });
  });

  it.each<[string, () => void]>([
    ['a manifest of garbage', () => writeFileSync(files('MANIFEST')[0]!, 'garbage')],
    ['a CURRENT that names nothing', () => writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-999999\n')],
    ['an empty CURRENT', () => truncateSync(join(folder, 'CURRENT'))],
    ['a missing table', () => rmSync(files('.ldb')[0]!)],
    ['a truncated table', () => truncateSync(files('.ldb')[0]!, 100)],
    [
      'a table with zeroes in it',
      () => {
        const [table] = files('.ldb') as [string];
        const bytes = readFileSync(table);
        writeFileSync(table, bytes.fill(0, bytes.length - 200));
      },
    ],
    [
      'a file where the folder should be',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, 'x');
      },
    ],
  ])('moves %s aside and starts empty', async (_, damage) => {
    await filled();
    damage();
    const { store, records } = await openStore(folder, 1234, silentLog);
    expect(records).toEqual([]);
    expect(statSync(`${folder}.damaged-1234`)).toBeTruthy();
    await store.write([put('a', 'b')], true);
    await store.close();
    const again = await openStore(folder, 0, silentLog);
    expect(again.records.length).toBe(1);
    await again.store.close();
  });

  it('says what it lost where its log is damaged before its end, and goes on with the rest', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    for (let i = 0; i < 20; i++) await store.write([put(`key ${i}`, 'value'.repeat(1_000))], true);
    await store.close();
    const [log] = files('.log') as [string];
    const bytes = readFileSync(log);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(log, bytes);
    const said: string[] = [];
    const hear = Object.assign(Object.create(silentLog) as Log, {
      error: (_: object, text: string) => void said.push(text),
    });
    const { store: again, records } = await openStore(folder, 0, hear);
    expect(records.length).toBeLessThan(20);
    expect(said).toEqual(['part of the retained messages and sessions could not be read and is lost']);
    await again.write([put('a', 'b')], true);
    await again.close();
    said.length = 0;
    const whole = await openStore(folder, 0, hear);
    expect(whole.records.map(([key]) => key)).toContain('a');
    expect(said).toEqual([]);
    await whole.store.close();
  });

  it('goes on with what is whole after a torn write at the end of its log', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    for (let i = 0; i < 20; i++) await store.write([put(`key ${i}`, 'value')]);
    await store.close();
    const [log] = files('.log') as [string];
    truncateSync(log, statSync(log).size - 5);
    const { store: again, records } = await openStore(folder, 0, silentLog);
    expect(records.length).toBe(19);
    await again.close();
  });

  it('tells whoever asked when a write fails', async () => {
    mkdirSync(folder);
    const { store } = await openStore(folder, 0, silentLog);
    await store.close();
    await expect(store.write([put('a', 'b')], true)).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED' });
  });
});

describe('after a write that failed', () => {
  /** Makes every later batch of this LevelDB instance fail. */
  function fail(store: Store): void {
    const db = Reflect.get(store, 'db') as ClassicLevel<string, Buffer>;
    const refuse = () => Promise.reject(new Error('No space left on device'));
    db.batch = refuse as unknown as typeof db.batch;
  }

  it('opens the database again and brings it up to what is in memory', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    const memory = new Map<string, Buffer>();
    store.contents = () => memory;
    const set = (key: string, value: string) => {
      memory.set(key, Buffer.from(value));
      return store.write([put(key, value)], true);
    };
    await set('same', '1');
    await set('old', '1');
    await set('gone', '1');
    fail(store);
    await expect(set('old', '2')).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED' });
    memory.delete('gone');
    await expect(store.write([{ type: 'del', key: 'gone' }])).resolves.toBeUndefined();
    await set('new', '1');
    await store.close();
    const { store: again, records } = await openStore(folder, 0, silentLog);
    expect(records.map(([key, value]) => `${key}=${value}`)).toEqual(['new=1', 'old=2', 'same=1']);
    await again.close();
  });

  it('can be healed without anything to write', async () => {
    const { store } = await openStore(folder, 0, silentLog);
    store.contents = () => new Map([['a', Buffer.from('2')]]);
    fail(store);
    await expect(store.write([put('a', '2')])).rejects.toMatchObject({ retry: true });
    await store.heal();
    await store.close();
    const { store: again, records } = await openStore(folder, 0, silentLog);
    expect(records.map(String)).toEqual(['a,2']);
    await again.close();
  });
});

describe('records', () => {
  it('with a flipped bit are none', () => {
    const record = encodeRecord({ topic: 'a' }, Buffer.from('payload'));
    for (let at = 0; at < record.length; at++) {
      const bad = Buffer.from(record);
      bad[at]! ^= 4;
      expect(decodeRecord(bad)).toBeNull();
    }
  });

  it('of earlier versions, without a checksum, are read', () => {
    const old = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('{}body')]);
    expect(decodeRecord(old)).toEqual({ head: {}, body: Buffer.from('body') });
  });

  it('come back as they went in', () => {
    const record = decodeRecord(encodeRecord({ topic: 'ä', qos: 1 }, Buffer.from([0, 255, 7])));
    expect(record).toEqual({ head: { topic: 'ä', qos: 1 }, body: Buffer.from([0, 255, 7]) });
  });

  it.each([[''], ['x'], ['\xff\xff\xff\x7f{}'], ['\x02\0\0\0[]'.slice(0, 5)], ['\x04\0\0\0null']])(
    'that are none are null: %j',
    (text) => {
      expect(decodeRecord(Buffer.from(text, 'latin1'))).toBeNull();
    },
  );
});
