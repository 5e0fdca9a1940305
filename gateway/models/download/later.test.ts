import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodePiece, encodeProblem, notUnderstood } from '../../../shared/contract/models/chunks.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { at, bundle, eachBegins, opened, ref, settled, sha } from './install.testing.ts';

eachBegins();

it('what the box may be to blame for is not remembered, and what has come is not fetched again', async () => {
  at.offered = bundle();
  const failing: unknown[] = [
    Object.assign(new Error('no space left'), { code: 'ENOSPC' }),
    Object.assign(new Error('weights.bin cannot be read'), { code: 'MODEL_REFUSED_MISSING' }),
    new HarbingerError('MODEL_SLOW', 'intelligence', 'it is slow', { retry: true }),
    new HarbingerError('MODEL_CRASHED', 'intelligence', 'its worker has ended', { retry: true }),
  ];
  const { library } = opened(() => Promise.reject(failing.shift()));
  for (const code of ['MODEL_DOWNLOAD', 'MODEL_DOWNLOAD', 'MODEL_SLOW', 'MODEL_CRASHED'])
    await expect(settled(library.want(ref))).rejects.toMatchObject({ code, retry: true });
  expect(existsSync(join(at.folder, 'models', 'refused.json'))).toBe(false);
  at.asks = [];
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
  expect(at.asks).toHaveLength(1);
});

it('a cloud that answers without end is given up: with nothing, from elsewhere, or with another one each time', async () => {
  at.offered = bundle();
  const answered = (change: (piece: { offset: number; sha256: string; bytes: Buffer }) => object) => {
    at.link = () => {
      const ask = at.asks.at(-1)!;
      const bytes = at.offered!.subarray(ask.offset, ask.offset + ask.bytes);
      const piece = { ...ask, total: at.offered!.length, sha256: sha(at.offered!), bytes };
      return [encodePiece({ ...piece, ...change(piece) })];
    };
    return expect(settled(opened().library.want(ref))).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD' });
  };
  await answered(() => ({ bytes: Buffer.alloc(0) }));
  await answered(({ offset }) => ({ offset: offset + 1 }));
  await answered(() => ({ sha256: sha(Buffer.from(String(at.asks.length))) }));
});

it('a version is fetched once for two who want it, and again when its folder is gone', async () => {
  at.offered = bundle();
  const { library } = opened();
  const [one, other] = await settled(Promise.all([library.want(ref), library.want(ref)]));
  expect(other).toEqual(one);
  expect(at.probed).toHaveLength(1);
  rmSync(one.folder, { recursive: true });
  expect(await settled(library.want(ref))).toEqual(one);
  expect(existsSync(one.folder)).toBe(true);
});

it('of downloads that nobody wants any more the latest are kept', async () => {
  const incoming = join(at.folder, 'models', 'incoming');
  mkdirSync(incoming, { recursive: true });
  for (let i = 0; i < 9; i++) writeFileSync(join(incoming, `old@${i}.0.0.${'a'.repeat(64)}.part`), 'x');
  at.offered = bundle();
  await settled(opened().library.want(ref));
  expect(readdirSync(incoming)).toHaveLength(4);
});

it('a download that nobody wants any more ends, holds up no other, and goes on where it was', async () => {
  at.offered = bundle();
  const { library } = opened();
  const noMore = new AbortController();
  const { link } = at;
  // The second piece does not come.
  at.link = (answer) => (at.asks.length > 1 ? [] : link(answer));
  const first = library.want(ref, noMore.signal).catch((error) => error);
  const next = library.want({ name: 'pump-rul', version: '9.0.0' }).catch((error) => error);
  while (at.asks.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
    await at.clock.advance(1);
  }
  at.link = link;
  noMore.abort();
  expect(await settled(first)).toMatchObject({ code: 'MODEL_DOWNLOAD', retry: true });
  expect((await settled(first)).message).toMatch(/nobody wants it any more/);
  expect(at.asks.at(-1)).toMatchObject({ model: '9.0.0' });
  at.link = () => [encodeProblem({ ...at.asks.at(-1)!, problem: notUnderstood })];
  await settled(next);
  Object.assign(at, { link, asks: [] });
  expect(await settled(library.want(ref))).toMatchObject(ref);
  expect(at.asks[0]?.offset).toBe(32 << 10);
});

it('a cloud that does not understand what is asked of it is said to be of another version, at once', async () => {
  at.link = () => [encodeProblem({ ...at.asks.at(-1)!, problem: notUnderstood })];
  const { library } = opened();
  const beganMs = at.clock.monotonicMs();
  const { message } = await settled(library.want(ref).catch((error) => error));
  expect(message).toMatch(/does not understand what is asked of it: it is of another version/);
  expect(at.clock.monotonicMs() - beganMs).toBeLessThan(1_000);
});

it('a refusal is forgotten when other content may run, and by another version of the program', async () => {
  const bad = bundle();
  const refuse = () => Promise.reject(new HarbingerError('MODEL_REFUSED_OUTPUT', 'intelligence', 'NaN'));
  at.offered = bad;
  const { library } = opened(refuse);
  await expect(settled(library.want(ref))).rejects.toMatchObject({ code: 'MODEL_REFUSED_OUTPUT' });
  expect(library.downloads()).toMatchObject({
    failed: 1,
    installed: 0,
    refused: [{ ref: 'pump-rul@3.0.0' }],
  });

  const path = join(at.folder, 'models', 'refused.json');
  const kept = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...kept, by: '0.0.1' }));
  expect(opened().library.downloads()?.refused).toEqual([]);

  writeFileSync(path, JSON.stringify(kept));
  at.offered = bundle((dir) => writeFileSync(join(dir, 'MODEL-CARD.md'), 'mended'));
  const mended = opened();
  await settled(mended.library.want(ref));
  expect(mended.library.downloads()).toMatchObject({ installed: 1, refused: [], pieces: 2 });
  expect(JSON.parse(readFileSync(path, 'utf8')).refused).toEqual([]);
});
