import { DeclaredBook } from '../../../../gateway/onboarding/declared-book.ts';
import { Onboarding, type OnboardingParts } from '../../../../gateway/onboarding/onboarding.ts';
import type { DeclaredRule } from '../../../../gateway/ports/onboarding/onboarding.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import type { NewScene } from './scene.ts';

const maria = { by: 'maria', address: '::1' };
const jo = { by: 'jo', address: '::1' };

/** Machines that no rule names, of which some messages are held. */
export const machinesScene: NewScene = async (disk) => {
  const clock = manualClock();
  const held = new Map([
    ['hall/pump-1', [1, 2]],
    ['hall/fan-1', [3]],
  ]);
  const known = new Map<string, string>();
  let rules: readonly DeclaredRule[] = [];
  const file = { load: () => null, save: disk };
  const book = new DeclaredBook(file, clock, (all) => {
    rules = all;
  });
  const matcherOf = (match: string) => (key: string) => key === match || match === 'hall/+';
  const ruleOf = (key: string) =>
    rules.find(({ match }) => match === key) ?? rules.find(({ match }) => match === 'hall/+') ?? null;
  const onboarding = new Onboarding({
    book,
    clock,
    matcherOf,
    ruleOf,
    configuredType: () => null,
    hasType: (name) => name === 'generic' || name === 'motor',
    list: { forget: () => {}, list: () => [], notListed: 0 } as unknown as OnboardingParts['list'],
    held: {
      byMachine: async () => new Map([...held].map(([key, ids]) => [key, { ids: [...ids], sinceMs: 0 }])),
    } as unknown as OnboardingParts['held'],
    known: () =>
      [...known].map(([key, machineType]) => {
        const [site = '', machine = ''] = key.split('/');
        return { site, machine, machineType, sender: 'c', sensors: [] };
      }),
    idle: disk,
    async redrive(ids) {
      await disk();
      let redriven = 0;
      for (const [key, own] of held) {
        const type = ruleOf(key)?.type;
        if (!type || !own.some((id) => ids.includes(id))) continue;
        redriven += own.length;
        known.set(key, type);
        held.delete(key);
      }
      return { redriven, failedAgain: 0, unknown: [] };
    },
  });
  const isWanted = (key: string) => ruleOf(key)?.type !== null;
  // Counts of what was redriven are left out: both may have found the same ones.
  const accept = async (match: string, type: string, who: typeof maria) => {
    await onboarding.accept({ match, type }, who);
    return `${match} is ${type}`;
  };
  return {
    requests: {
      'maria takes the pump as motor': () => accept('hall/pump-1', 'motor', maria),
      'jo takes the pump as generic': () => accept('hall/pump-1', 'generic', jo),
      'jo takes all as generic': () => accept('hall/+', 'generic', jo),
      'jo takes the fan as motor': () => accept('hall/fan-1', 'motor', jo),
      'maria takes it as what there is not': () => accept('hall/pump-1', 'saw', maria),
      'maria ignores the fan': async () => {
        const { machines } = await onboarding.ignore('hall/fan-1', maria);
        // As the main thread does: they are forgotten.
        for (const key of machines) known.delete(key);
        return 'ignored';
      },
    },
    // Held messages of a machine that is ignored stay, or were redriven before.
    state: () => [
      [...rules].map(({ match, type, by }) => `${match} ${type} ${by}`).sort(),
      [...known].filter(([key]) => isWanted(key)).sort(),
      [...held.keys()].filter(isWanted).sort(),
    ],
  };
};
