import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { at, bundle, eachBegins, edit, installedDir, opened, ref, settled, sha } from './install.testing.ts';

eachBegins();

it('a model of the cloud is fetched, checked, run once, and then in place, also after a restart', async () => {
  at.offered = bundle();
  const { library } = opened();
  const model = await settled(library.want(ref));
  expect(model).toMatchObject({
    ...ref,
    machineType: 'pump',
    trustedBy: 'site',
    folder: join(installedDir(), 'pump-rul@3.0.0'),
  });
  expect(at.probed).toMatchObject([{ digest: model.digest, type: { name: 'pump' } }]);
  expect(readdirSync(join(at.folder, 'models', 'incoming'))).toEqual([]);
  at.offered = null;
  expect(opened().library.installed()).toContainEqual(model);
});

it('messages that are lost, doubled, late, damaged or of another download change nothing but the time', async () => {
  at.offered = bundle();
  const random = seededRandom(3);
  let late: Buffer[] = [];
  at.link = (answer) => {
    const before = late;
    late = random.next() < 0.3 ? [answer] : [];
    const damaged = Buffer.from(answer);
    damaged[Math.floor(random.next() * answer.length)]! ^= 4;
    const draw = random.next();
    if (draw < 0.2) return before;
    return draw < 0.4 ? [damaged, ...before] : [...before, answer, answer];
  };
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
});

it('a download goes on where it was after a stop, and begins again if the cloud has another bundle meanwhile', async () => {
  at.offered = bundle();
  at.link = (answer) => (at.asks.length > 1 ? [] : [answer]);
  const first = opened();
  await expect(settled(first.library.want(ref))).rejects.toMatchObject({
    code: 'MODEL_DOWNLOAD',
    retry: true,
  });
  at.link = (answer) => [answer];
  at.asks = [];
  await settled(opened().library.want(ref));
  expect(at.asks[0]!.offset).toBe(32 << 10);

  rmSync(installedDir(), { recursive: true });
  at.link = (answer) => (at.asks.length > 1 ? [] : [answer]);
  at.asks = [];
  await expect(settled(opened().library.want(ref))).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD' });
  at.offered = bundle((dir) => writeFileSync(join(dir, 'MODEL-CARD.md'), 'another card'));
  at.link = (answer) => [answer];
  expect(await settled(opened().library.want(ref))).toMatchObject({ digest: expect.any(String) });
  expect(readFileSync(join(installedDir(), 'pump-rul@3.0.0', 'MODEL-CARD.md'), 'utf8')).toBe('another card');
});

it('what a kill or a power cut has left in the file of a download is noticed, and fetched again', async () => {
  at.offered = bundle();
  const incoming = join(at.folder, 'models', 'incoming');
  mkdirSync(incoming, { recursive: true });
  const part = join(incoming, `pump-rul@3.0.0.${sha(at.offered)}.part`);
  writeFileSync(part, Buffer.alloc(1_000));
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
  rmSync(installedDir(), { recursive: true });
  writeFileSync(part, Buffer.concat([at.offered, Buffer.from('more')]));
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
  mkdirSync(join(at.folder, 'models', 'unpacked'));
  truncateSync(join(installedDir(), 'pump-rul@3.0.0', 'weights.bin'), 100);
  const damaged = opened().library;
  expect(damaged.refused()).toContainEqual(expect.objectContaining({ code: 'MODEL_REFUSED_TRUNCATED' }));
  expect(await settled(damaged.want(ref))).toMatchObject(ref);
});

const weights = (dir: string, bytes: Buffer) => {
  writeFileSync(join(dir, 'weights.bin'), bytes);
  edit(dir, (text) =>
    text.replace(
      /("weights.bin": \{[^}]*\})/,
      `"weights.bin": {"sha256": "${sha(bytes)}", "bytes": ${bytes.length}}`,
    ),
  );
};

it.each<[what: string, code: RegExp, make: () => Buffer]>([
  [
    'for another machine type',
    /MACHINE_TYPE/,
    () =>
      bundle((dir) => edit(dir, (text) => text.replace('"machineType": "pump"', '"machineType": "loom"'))),
  ],
  [
    'of another contract',
    /CONTRACT/,
    () =>
      bundle((dir) =>
        edit(dir, (text) =>
          text.replace(/"contractHash": "[0-9a-f]+"/, `"contractHash": "${'0'.repeat(16)}"`),
        ),
      ),
  ],
  ['of another version than was asked for', /MANIFEST/, () => bundle(undefined, '4.0.0')],
  ['huge', /SIZE/, () => bundle((dir) => weights(dir, Buffer.alloc(2 << 20)))],
  ['cut', /TRUNCATED|HASH/, () => bundle().subarray(0, 50_000)],
  [
    'with a path in a name',
    /MANIFEST/,
    () => Buffer.from(bundle().toString('latin1').replace('"MODEL-CARD.md"', '"../../../x.md"'), 'latin1'),
  ],
  [
    'of a link to a file of the cloud',
    /MANIFEST|HASH|SIGNATURE/,
    () => {
      const sound = bundle();
      symlinkSync('/etc/passwd', join(at.folder, 'link'));
      return Buffer.concat([sound.subarray(0, 10), Buffer.from(join(at.folder, 'link')), sound.subarray(10)]);
    },
  ],
])('a model that is %s is refused, remembered and never in place', async (_, code, make) => {
  at.offered = make();
  const { library } = opened();
  await expect(settled(library.want(ref))).rejects.toMatchObject({
    code: expect.stringMatching(code),
    retry: false,
  });
  const fetched = at.asks.length;
  await expect(settled(library.want(ref))).rejects.toMatchObject({ code: expect.stringMatching(code) });
  expect(at.asks.length - fetched).toBe(1);
  expect(existsSync(installedDir()) ? readdirSync(installedDir()) : []).toEqual([]);
  expect(readdirSync(join(at.folder, 'models')).filter((name) => name === 'unpacked')).toEqual([]);
  at.offered = bundle();
  expect(await settled(library.want(ref))).toMatchObject(ref);
});

it('a bit that is turned anywhere in a model keeps it from its place', async () => {
  const sound = bundle();
  for (let i = 0; i < 40; i++) {
    at.offered = Buffer.from(sound);
    at.offered[Math.floor(((i + 0.5) / 40) * sound.length)]! ^= 1 << (i % 8);
    await expect(settled(opened().library.want(ref)), `bit ${i}`).rejects.toMatchObject({
      code: expect.stringMatching(/^MODEL_REFUSED_/),
    });
  }
  expect(at.probed).toEqual([]);
});

it('a model that does not answer when it is run is refused for ever, also after a restart', async () => {
  at.offered = bundle();
  const refuse = () =>
    Promise.reject(Object.assign(new Error('it answers with NaN'), { code: 'MODEL_REFUSED_OUTPUT' }));
  await expect(settled(opened(refuse).library.want(ref))).rejects.toThrow('NaN');
  await expect(settled(opened().library.want(ref))).rejects.toMatchObject({ code: 'MODEL_REFUSED_OUTPUT' });
  expect(at.probed).toHaveLength(1);
});

it('a model that the cloud does not have is said to be absent, and may come later', async () => {
  const { library } = opened();
  await expect(settled(library.want(ref))).rejects.toMatchObject({ code: 'MODEL_ABSENT', retry: true });
  at.offered = bundle();
  expect(await settled(library.want(ref))).toMatchObject(ref);
});

it('the disk holds the last few, and those that are in use', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) {
    at.offered = bundle(undefined, version);
    // Each process uses one.
    await settled(opened().library.want({ name: 'pump-rul', version }));
    await at.clock.advance(60_000);
  }
  expect(readdirSync(installedDir()).sort()).toEqual(['pump-rul@1.2.0', 'pump-rul@1.3.0']);
  const { library } = opened();
  const used = ['1.2.0', '1.3.0'].map((version) => ({ name: 'pump-rul', version }));
  library.keep(used);
  at.offered = bundle(undefined, '1.4.0');
  await settled(library.want({ name: 'pump-rul', version: '1.4.0' }));
  expect(readdirSync(installedDir())).toHaveLength(3);
});

it('what is not in use any more makes room', async () => {
  const { library } = opened();
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    at.offered = bundle(undefined, version);
    const wanted = { name: 'pump-rul', version };
    library.keep([wanted]);
    await settled(library.want(wanted));
    await at.clock.advance(60_000);
  }
  expect(readdirSync(installedDir()).sort()).toEqual(['pump-rul@1.1.0', 'pump-rul@1.2.0']);
});
