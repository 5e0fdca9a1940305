/** The repository holds no key by which somebody could sign models, or pass for a server. */
import { expect, it } from 'vitest';
import { files, textOf } from './tree.ts';

const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40,}/;

it('a private key is in no file', () => {
  const read = files.filter((path) => /\.(?:[cm]?[jt]s|tsx|json|md|toml|pem|key|txt|sh|service)$/.test(path));
  expect(read.filter((path) => privateKey.test(textOf(path)))).toEqual([]);
});

it('one is detected', () => {
  const line = 'A'.repeat(64);
  expect(privateKey.test(`${'-----BEGIN'} PRIVATE KEY-----\n${line}\n`)).toBe(true);
});
