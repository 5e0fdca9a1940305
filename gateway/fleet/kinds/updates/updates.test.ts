import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { Updates } from './part.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-updates-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const source = 'https://updates.example.org/harbinger-gateway_0.2.0_arm64.raucb';
const document = (body: object, gateway?: string) =>
  ({
    ...{ kind: 'updates', name: 'system', version: 7, who: 'anna', why: 'new', askedMs: 0, seal: '' },
    body: { system: '0.2.0', source, ...body },
    ...(gateway !== undefined && { gateway }),
  }) as DesiredDocument;

function updates({ version = '0.1.0', outcome = '' } = {}) {
  const files = { version: join(dir, 'version'), outcome: join(dir, 'outcome'), wanted: join(dir, 'wanted') };
  if (version !== '') writeFileSync(files.version, `${version}\n`);
  if (outcome !== '') writeFileSync(files.outcome, outcome);
  const kind = new Updates(files, 'gw-1', silentLog);
  const wanted = () => (existsSync(files.wanted) ? readFileSync(files.wanted, 'utf8') : null);
  return { kind, wanted };
}

it('are left as a wish for the image, and are in force when it runs the version', () => {
  const asked = document({});
  const { kind, wanted } = updates();
  kind.prepare([asked]);
  expect(wanted()).toBe(`0.2.0 ${source}\n${source}\n`);
  expect(kind.waits(asked)).toMatchObject({ state: 'preparing', problem: 'it is not begun yet' });
  const after = updates({ version: '0.2.0' });
  after.kind.prepare([asked]);
  expect(after.wanted()).toBeNull();
  expect(after.kind.waits(asked)).toBeNull();
});

it.each([
  ['installing', 'is being installed', 'preparing'],
  ['installed', 'is installed, and is being tried', 'preparing'],
  ['refused', 'signature verification failed', 'refused'],
  ['left', 'was not well, and the version before runs again', 'refused'],
])('that the image says are %s are reported', (state, words, reported) => {
  const { kind } = updates({ outcome: `0.2.0 ${source}\n${state}\n${words}\n` });
  kind.prepare([document({})]);
  expect(kind.waits(document({}))).toEqual({ state: reported, problem: `the update ${words}` });
});

it('wait for their turn, and a document for this gateway alone goes first', () => {
  const later = document({ stages: [0.5, 1], share: 1e-9 });
  const own = document({ system: '0.3.0' }, 'gw-1');
  const { kind, wanted } = updates();
  kind.prepare([later]);
  expect(wanted()).toBeNull();
  expect(kind.waits(later)).toMatchObject({
    state: 'preparing',
    problem: expect.stringContaining('its turn'),
  });
  kind.prepare([document({}), own]);
  expect(wanted()).toContain('0.3.0 ');
  expect(kind.waits(document({}))).toMatchObject({ state: 'refused' });
  kind.prepare([]);
  expect(wanted()).toBeNull();
});

it('are refused by name where the gateway is a package, and where the content is unsound', () => {
  expect(updates({ version: '' }).kind.problem(document({}).body)).toContain('apt');
  const { kind } = updates();
  expect(kind.problem({ system: '0.2.0', source: 'file:///etc/shadow' })).toContain('source');
  expect(kind.problem({ ...document({}).body, stages: [0.5, 0.2] })).toContain('stages rise');
});
