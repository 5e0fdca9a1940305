import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clauses311 } from './clauses-3-1-1.ts';
import { clauses5 } from './clauses-5.ts';

const folder = new URL('.', import.meta.url);
const root = new URL('../../../', folder);
const rules = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'clauses.test.ts')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

/** The statements that tests of this folder name, for one edition. */
function named(edition: '3.1.1' | '5'): Set<string> {
  const lists = rules.matchAll(/(?:'|; )(3\.1\.1|5): ((?:[\d.]+-\d+(?:, )?)+)(?=['; ])/g);
  return new Set([...lists].flatMap(([, of, numbers]) => (of === edition ? numbers!.split(', ') : [])));
}

it.each([
  ['3.1.1', clauses311, 130],
  ['5', clauses5, 230],
] as const)('each statement of MQTT %s has a test that names it, or a reason', (edition, text, atLeast) => {
  const lines = text.trim().split('\n');
  const tested = named(edition);
  const missing: string[] = [];
  const numbers = lines.map((line) => {
    const [number = '', mark, ...rest] = line.split(' ');
    const reason = rest.join(' ');
    if (mark === '@') {
      const [path = '', title = ''] = reason.split(/: (.*)/s);
      if (title === '' || !readFileSync(new URL(path, root), 'utf8').includes(title)) missing.push(line);
    } else if (mark === '~' ? reason.length < 10 : !tested.has(number)) missing.push(line);
    return number;
  });
  expect(missing).toEqual([]);
  expect(numbers.length).toBeGreaterThan(atLeast);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect([...tested].filter((number) => !numbers.includes(number))).toEqual([]);
});
