import { expect, it } from 'vitest';
import { createMapped } from '../../formats/mapped/mapped.ts';
import type { Mapping } from '../schema.ts';

const target = { site: 'hall', machine: 'm' };
const leave = { rest: 'leave' } as const;

function values(mapping: Mapping, payload: unknown): string[] {
  const { decoder, target: named } = createMapped({ mapping }, undefined).ofTopic('', target);
  return decoder
    .decode(Buffer.from(JSON.stringify(payload)), named)
    .map(
      (item) => `${item.site}/${item.machine} ${JSON.stringify('values' in item ? { ...item.values } : {})}`,
    );
}

const named: Mapping = {
  ...leave,
  each: 'list',
  machine: ['{.name}', '{.line}-{.number}'],
  fields: [{ path: 'v', sensor: 'v{.tags.* -host}' }],
};

it('names are those of the first text of which all parts are there', () => {
  const list = [
    { name: 'a', v: 1 },
    { line: 'l', number: 2, v: 2 },
  ];
  expect(values(named, { list })).toEqual(['hall/a {"v":1}', 'hall/l-2 {"v":2}']);
});

it('names may have all texts of a group, in the order of their names', () => {
  const list = [
    { name: 'a', v: 1, tags: { path: '/', host: 'h', cpu: 0 } },
    { name: 'a', v: 2, tags: { cpu: 1, path: '/', host: 'h' } },
  ];
  expect(values(named, { list })).toEqual(['hall/a {"v_0":1}', 'hall/a {"v_1":2}']);
});

it.each([
  ['Line A', 'Line_A'],
  ['Käche', 'Kache'],
  [`${'x'.repeat(64)}1`, `${'x'.repeat(64)}2`],
])('names of two devices are not one: %s, %s', (one, other) => {
  const mapping: Mapping = { ...leave, machine: '{.name}', fields: [{ path: 'v' }] };
  const { decoder, target: named } = createMapped({ mapping }, undefined).ofTopic('t', target);
  const send = (name: string) => decoder.decode(Buffer.from(JSON.stringify({ name, v: 1 })), named);
  expect(send(one)).toHaveLength(1);
  expect(() => send(other)).toThrow(expect.objectContaining({ code: 'DECODE_NAME_TWICE' }));
  expect(send(one)).toHaveLength(1);
  expect(send(one.normalize('NFD'))).toHaveLength(1);
});

it('names of two topics are not one, also where the topic alone says them', () => {
  const decoder = createMapped({ mapping: { messages: [{ topic: 'x/{machine}' }] } }, undefined);
  expect(decoder.ofTopic('x/Line A', target).target.machine).toBe('Line_A');
  expect(() => decoder.ofTopic('x/Line_A', target)).toThrow(
    /two devices would be the machine 'hall\/Line_A'/,
  );
});

it.each([
  ['Küche', 'Kuche'],
  ['Größe µm', 'Grosse_um'],
  ['Łódź/1', 'Lodz_1'],
  ['m³/h', 'm3_h'],
])('names have the letters of texts: %s is %s', (name, made) => {
  const mapping: Mapping = { ...leave, machine: '{.name}', fields: [{ path: 'v' }] };
  expect(values(mapping, { name, v: 1 })).toEqual([`hall/${made} {"v":1}`]);
});

it('names of other scripts have a mark that tells them apart', () => {
  const mapping: Mapping = { ...leave, each: 'list', machine: '{.name}', fields: [{ path: 'v' }] };
  const found = values(mapping, { list: ['电机1', '泵1', '泵'].map((name) => ({ name, v: 1 })) });
  expect(new Set(found).size).toBe(3);
  for (const text of found) expect(text).toMatch(/^hall\/[1n]-[0-9a-f]{6} /);
});
