import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { printList } from '../output.ts';
import { answeredBy } from './decisions/records.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

it('an empty list says so on a terminal, and stays empty for a script', () => {
  printList([['id', 'reason']], true);
  expect(printed).toBe('id    reason\nnone\n');
  printed = '';
  printList([['id', 'reason']], false);
  expect(printed).toBe('id  reason\n');
  printed = '';
  printList([['id'], ['7']], true);
  expect(printed).toBe('id\n7\n');
});

it('a decision names the model that answered, not all that there are', () => {
  const policy = { name: 'model', version: 'bearing 1.0.0, pump-rul 2.0.0, rul-turbofan-fd001 2.0.0' };
  const model = { name: 'pump-rul', version: '2.0.0' };
  expect(answeredBy({ policy, answer: { model } })).toBe('pump-rul 2.0.0');
  const rules = { name: 'rules', version: '1.0.0' };
  expect(answeredBy({ policy: rules, answer: { model: null } })).toBe('rules 1.0.0');
  expect(answeredBy({ policy: rules, answer: {} })).toBe('rules 1.0.0');
});
