import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodePiece } from '../../../shared/contract/models/chunks.ts';
import { at, bundle, opened, ref, settled, sha } from './install.testing.ts';

it('what the box may be to blame for is not remembered, and what has come is not fetched again', async () => {
  at.offered = bundle();
  const failing: unknown[] = [
    Object.assign(new Error('no space left'), { code: 'ENOSPC' }),
    Object.assign(new Error('weights.bin cannot be read'), { code: 'MODEL_REFUSED_MISSING' }),
  ];
  const { library } = opened(() => Promise.reject(failing.shift()));
  for (let left = failing.length; left > 0; left--)
    await expect(settled(library.want(ref))).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD', retry: true });
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
