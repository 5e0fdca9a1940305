/** The databases that were compared, behind one interface. All writes are synced. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openRecords } from '../../gateway/journal/records/open-records.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';

export type Change = [key: string, value: Buffer | null];

export interface Candidate {
  write(changes: Change[]): Promise<void>;
  entries(): Promise<Map<string, Buffer>>;
  close(): Promise<void>;
}

/** Opens each in a folder. `better-sqlite3` is found from the folder that DATABASE_MODULES names. */
export const candidates: Record<string, (dir: string) => Promise<Candidate>> = {
  records: openedRecords,
  'classic-level': openedLevel,
  lmdb: openedLmdb,
  'better-sqlite3': openedSqlite,
};

async function openedRecords(dir: string): Promise<Candidate> {
  const records = await openRecords({ dir, clock: systemClock, log: silentLog });
  return {
    write: (changes) =>
      records.write(
        changes.map(([key, value]) => ({ key, value })),
        true,
      ),
    async entries() {
      const found = new Map<string, Buffer>();
      for (const key of records.keys()) found.set(key, (await records.get(key))!);
      return found;
    },
    close: () => records.stop(),
  };
}

async function openedLevel(dir: string): Promise<Candidate> {
  const { ClassicLevel } = await import('classic-level');
  const db = new ClassicLevel<string, Buffer>(join(dir, 'level'), { valueEncoding: 'buffer' });
  await db.open();
  return {
    write: (changes) =>
      db.batch(
        changes.map(([key, value]) => (value ? { type: 'put', key, value } : { type: 'del', key })),
        { sync: true },
      ),
    entries: async () => new Map(await db.iterator().all()),
    close: () => db.close(),
  };
}

/** Opened as the dead letters did: transactions on the calling thread, no overlapping sync. */
async function openedLmdb(dir: string): Promise<Candidate> {
  const { open } = await import('lmdb');
  const db = open<Buffer, string>({
    path: join(dir, 'data.lmdb'),
    noSubdir: true,
    overlappingSync: false,
    encoding: 'binary',
  });
  return {
    async write(changes) {
      db.transactionSync(() => {
        for (const [key, value] of changes) {
          if (value) db.putSync(key, value);
          else db.removeSync(key);
        }
      });
    },
    entries: async () =>
      new Map([...db.getRange()].map(({ key, value }) => [key, Buffer.from(value)] as const)),
    close: () => db.close(),
  };
}

interface Sqlite {
  exec(sql: string): void;
  pragma(text: string): void;
  prepare(sql: string): { run(...values: unknown[]): void; all(): { key: string; value: Buffer }[] };
  close(): void;
}

async function openedSqlite(dir: string): Promise<Candidate> {
  const modules = process.env.DATABASE_MODULES;
  if (modules === undefined)
    throw new Error('set DATABASE_MODULES to a folder with node_modules/better-sqlite3');
  const Database = createRequire(join(modules, 'package.json'))('better-sqlite3') as new (
    path: string,
  ) => Sqlite;
  const db = new Database(join(dir, 'data.sqlite'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('create table if not exists records (key text primary key, value blob) without rowid');
  const put = db.prepare(
    'insert into records values (?, ?) on conflict do update set value = excluded.value',
  );
  const remove = db.prepare('delete from records where key = ?');
  const all = db.prepare('select key, value from records');
  return {
    async write(changes) {
      db.exec('begin immediate');
      try {
        for (const [key, value] of changes) value ? put.run(key, value) : remove.run(key);
        db.exec('commit');
      } catch (error) {
        try {
          db.exec('rollback');
        } catch {
          // SQLite has rolled back the transaction itself.
        }
        throw error;
      }
    },
    entries: async () => new Map(all.all().map(({ key, value }) => [key, value])),
    close: async () => db.close(),
  };
}
