import { join } from 'node:path';
import type { TimeLimited } from '../../../shared/runtime/budget.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { DeadLetters } from '../../deadletters/dead-letters.ts';
import { type DeclaredMachines, machineMatcher } from '../../decode/machines/declared.ts';
import type { Machines } from '../../decode/machines/machines.ts';
import type { Routes } from '../../decode/routes.ts';
import { DeclaredBook } from '../../onboarding/declared-book.ts';
import { declaredFile } from '../../onboarding/declared-file.ts';
import { HeldLetters } from '../../onboarding/held-letters.ts';
import { Onboarding, type OnboardingParts } from '../../onboarding/onboarding.ts';
import { WaitingList } from '../../onboarding/waiting-list.ts';
import { Strangers } from './strangers.ts';

/** All machines that one gateway may know. */
const knownMax = 1_000_000;

export interface ComposedParts {
  dataDir: string;
  machines: Machines;
  declared: DeclaredMachines;
  routes: Routes;
  letters: DeadLetters;
  limited: TimeLimited;
  clock: Clock;
  log: Log;
}

/** Operations that the rest of the data plane gives to the onboarding. */
type Rest = Pick<OnboardingParts, 'idle' | 'redrive'>;

/** Puts the onboarding together: what the pipeline tells, and what people may ask for. @throws HarbingerError DECLARED_* */
export function composeOnboarding(parts: ComposedParts) {
  const { dataDir, machines, declared, routes, letters, limited, clock, log } = parts;
  const file = declaredFile(join(dataDir, 'declared-machines.json'), log);
  const book = new DeclaredBook(file, clock, (rules) => declared.set(rules));
  for (const { match, type } of book.list())
    if (type !== null && !machines.hasType(type))
      log.error(
        { code: 'ONBOARDING_TYPE', match, type },
        'machines were accepted as a type that does not exist any more: they wait, and what they send is kept as dead letters; put the file of the type back (machineTypesDir), or accept them as another type',
      );
  const list = new WaitingList();
  const strangers = new Strangers({ list, machines, declared, limited, routes: () => routes });
  const held = new HeldLetters(letters, clock, (letter, machine) => strangers.heldBefore(letter, machine));
  const onboarding = (rest: Rest) =>
    new Onboarding({
      ...{ book, list, held, clock, ...rest },
      ruleOf: (key) => declared.ruleOf(key),
      hasType: (name) => machines.hasType(name),
      configuredType: (key) => machines.configuredType(key)?.name ?? null,
      known: () => machines.list(knownMax),
      matcherOf: machineMatcher,
    });
  return { strangers, onboarding };
}
