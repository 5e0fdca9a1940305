import { expect, it } from 'vitest';
import { FieldCheck } from './line-fields.ts';

/** Checks `text` as the first of two lines. */
function check(text: string, texts: string[] = []) {
  const raw = Buffer.from(`${text}\nb=2 2\n`);
  const fields = new FieldCheck(texts);
  return { problem: fields.problem(raw, 0), end: fields.end, bytes: Buffer.byteLength(text) };
}

it.each([
  'a=1 1',
  'a=-0.5,b=1e-7,c=2E+3 -1',
  'tide=1,routine=2 1795901898709000000',
  'a=1 8999999999999999999',
  'a=1 9223372036854775805',
  'mode_text="AUTO",a=1 1',
  'a=1,mode_text="Störung 3" 1',
  // A version before states could send a number under such a name.
  'mode_text=3 1',
  `${'n'.repeat(64)}=${'9'.repeat(64)} 1`,
])('fields in order: %s', (text) => {
  const { problem, end, bytes } = check(text);
  expect(problem).toBeNull();
  expect(end).toBe(bytes);
});

it.each([
  ['time=1 1', 'the name of a tag or of the time'],
  ['machine=1 1', 'the name of a tag or of the time'],
  [`${'n'.repeat(65)}=1 1`, 'a name that no gateway writes'],
  ['.a=1 1', 'a name that no gateway writes'],
  [`a=${'9'.repeat(65)} 1`, "the value of 'a' is not a number"],
  [`a=1.${'3'.repeat(63)} 1`, "the value of 'a' is not a number"],
  ['a=1e999 1', "the value of 'a' is not a number"],
  ['a=1. 1', "the value of 'a' is not a number"],
  ['a="x" 1', "the value of 'a' is not a number"],
  ['_text="x" 1', 'a name that no gateway writes'],
  ['a_text="x 1', 'a text does not end'],
  ['a_texts="x" 1', "the value of 'a_texts' is not a number"],
  ['a=1i 1', 'followed by neither a comma nor a blank'],
  ['a=1', 'followed by neither a comma nor a blank'],
  ['a=1 ', 'does not end with a time in ns'],
  ['a=1 1 ', 'does not end with a time in ns'],
  ['a=1 9223372036854775806', 'a time is out of range'],
  ['a=1 -9223372036854775806', 'a time is out of range'],
  ['a=1 10000000000000000000', 'does not end with a time in ns'],
])('a fault: %s', (text, reason) => {
  expect(check(text).problem).toContain(reason);
});

it.each([
  ['source="an \\"é\\" \\\\",a=1 1', null],
  ['source="open 1', 'a text does not end'],
  ['source="\\', 'an escape that no gateway writes'],
  ['source="\u0001" 1', 'a control character'],
  [`source="${'q'.repeat(4_097)}" 1`, 'longer than 4096 bytes'],
  ['source=1 1', 'is not in quotes'],
])('a text: %s', (text, reason) => {
  const { problem } = check(text, ['source']);
  if (reason === null) expect(problem).toBeNull();
  else expect(problem).toContain(reason);
});
