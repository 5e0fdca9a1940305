import { expect, it } from 'vitest';
import { type DesiredDocument, isSealed, keyOf, nameOfKey, sealOf, understoodDocument } from './documents.ts';
import { encodeCloudSays, encodeGatewaySays, parseCloudSays, parseGatewaySays } from './exchange.ts';

const secret = Buffer.from('a key');
const base = {
  kind: 'overrides',
  name: 'mute:hall/fan-1',
  version: 3,
  body: { mute: true, more: { b: 1, a: [2] } },
  who: 'maria',
  why: 'new bearing',
  askedMs: 10,
};
const sealed = (more: object = {}): DesiredDocument => {
  const document = { ...base, ...more };
  return { ...document, seal: sealOf(secret, document) };
};

it('a seal holds over JSON and whatever the order of fields, with fields that nobody knows, and for nothing else', () => {
  const document = sealed({ newer: 1 });
  const { body, ...rest } = document;
  const travelled = JSON.parse(JSON.stringify({ body: { more: { a: [2], b: 1 }, mute: true }, ...rest }));
  const understood = understoodDocument(travelled);
  expect(understood && isSealed(secret, understood)).toBe(true);
  expect(body).toBeDefined();
  expect(isSealed(secret, { ...document, version: 4 })).toBe(false);
  expect(isSealed(secret, { ...document, gateway: 'g' })).toBe(false);
  expect(isSealed(Buffer.from('another'), document)).toBe(false);
  expect(isSealed(secret, { ...document, seal: '' })).toBe(false);
});

it.each([
  ['no kind', { kind: '' }],
  ['a version that cannot grow', { version: 2 ** 53 }],
  ['a blank in its name', { name: 'a b' }],
  ['a body that is a list', { body: [] }],
])('%s is refused', (_, more) => {
  expect(understoodDocument({ ...sealed(), ...more })).toBeNull();
});

it('messages come back as they were, many documents in several, and what is not understood is left out', () => {
  const documents = Array.from({ length: 100 }, (_, i) =>
    sealed({ name: `n${i}`, body: { text: 'x'.repeat(15_000) } }),
  );
  const messages = encodeCloudSays({ timeMs: 5, documents, want: ['a/b'], retell: ['c/d'] });
  expect(messages.length).toBeGreaterThan(1);
  const said = messages.map((message) => parseCloudSays(message)!);
  expect(said.flatMap(({ documents }) => documents.map(keyOf))).toEqual(documents.map(keyOf));
  expect([said[0]!.want, said[0]!.retell, said[1]!.want]).toEqual([['a/b'], ['c/d'], []]);
  const have = { have: [['a/b', 1, 'in-force'] as [string, number, string]], documents: [sealed()] };
  expect(parseGatewaySays(encodeGatewaySays(have))).toEqual(have);
  expect(encodeGatewaySays({ have: [], documents }).length).toBeLessThan(1 << 20);
  const odd = Buffer.from(JSON.stringify({ version: 1, timeMs: 1, documents: [7, sealed()], newer: true }));
  expect(parseCloudSays(odd)?.documents).toEqual([sealed()]);
  for (const bad of ['', '{', '{"version":2}', '[]', '{"version":1,"have":[[1]]}'])
    expect([parseCloudSays(Buffer.from(bad)), parseGatewaySays(Buffer.from(bad))]).toEqual([null, null]);
});

it('a key names one document, for one gateway or for all', () => {
  for (const name of [base, { ...base, gateway: 'north-1' }]) {
    const { kind, gateway } = { gateway: undefined, ...name };
    const found = nameOfKey(keyOf(name));
    expect(found).toEqual({ kind, name: base.name, ...(gateway !== undefined && { gateway }) });
  }
  for (const bad of ['', 'a', 'a/', '/b', 'a/b@', 'a/b@c@d', 'a/b c']) expect(nameOfKey(bad)).toBeNull();
});
