/**
 * Vitest gives each module an object of its exports, which V8 keeps as a hash table: each call of an imported function looks it
 * up, which makes a loop over a year of readings slower by half. An object that is a prototype is kept as a structure instead.
 * This is done before the tests of a file run; if Vitest should hold its modules elsewhere one day, they are merely slower.
 */
import { types } from 'node:util';
import { beforeAll } from 'vitest';

interface Worker {
  evaluatedModules?: { idToModuleMap?: ReadonlyMap<string, { exports?: unknown }> };
}

const done = new WeakSet<object>();
/** V8 notes what a function looks up only after some calls of it. */
const callsBefore = 32;

beforeAll(() => {
  for (let call = 0; call < callsBefore; call++) makeFast({});
  for (const exports of evaluated()) {
    if (done.has(exports)) continue;
    done.add(exports);
    makeFast(exports);
  }
});

/** The exports of the modules that Vitest has compiled for this process. */
export function* evaluated(): Iterable<object> {
  const { __vitest_worker__: worker } = globalThis as { __vitest_worker__?: Worker };
  for (const { exports } of worker?.evaluatedModules?.idToModuleMap?.values() ?? [])
    if (typeof exports === 'object' && exports !== null && !types.isModuleNamespaceObject(exports))
      yield exports;
}

/** Looks something up through an object that inherits from it: from then on V8 keeps it as what it is for. */
export function makeFast(exports: object): void {
  const heir: { nothing?: unknown } = Object.create(exports);
  void heir.nothing;
}
