import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import * as modules from './fast-modules.ts';

it('modules are kept as structures while tests run, where Vitest keeps them', () => {
  setFlagsFromString('--allow-natives-syntax');
  onTestFinished(() => setFlagsFromString('--no-allow-natives-syntax'));
  const isFast = new Script('(object) => %HasFastProperties(object)').runInThisContext() as (
    object: object,
  ) => boolean;
  const own = [...modules.evaluated()].filter((each) => 'makeFast' in each);
  expect(own).toHaveLength(1);
  expect(isFast(own[0]!)).toBe(true);
  const table = Object.assign(Object.create(null), { one: 1 });
  expect(isFast(table)).toBe(false);
  modules.makeFast(table);
  expect(isFast(table)).toBe(true);
});
