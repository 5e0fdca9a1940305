/** Counts of a version beside another one. */
import { expect, it } from 'vitest';
import { assessmentOf, inputOf } from '../versions.testing.ts';
import { Trial } from './trial.ts';

const minuteMs = 60_000;

function trialOf() {
  const trial = new Trial(
    {
      ...{ role: 'shadow', machineType: 'pump', document: 'models/shadow:pump 1' },
      candidate: { name: 'pump-rul', version: '2.1.0' },
      against: { name: 'pump-rul', version: '2.0.0' },
    },
    0,
  );
  let minute = 0;
  const says = (challenger: boolean, active: boolean) =>
    trial.observed({
      input: inputOf('pump-1', minute++ * minuteMs),
      active: assessmentOf('pump-rul@2.0.0', 100),
      challenger: assessmentOf('pump-rul@2.1.0', 100),
      ...{ failure: null, activeMs: 1, challengerMs: 1, warns: { active, challenger } },
    });
  return { trial, says, figures: () => trial.figures(minute * minuteMs) };
}

it('a warning counts as in vain once it has ended without a failure, and not while it lasts', () => {
  const { says, figures } = trialOf();
  says(true, false);
  expect(figures()).toMatchObject({ alerts: { raised: 1 }, vain: { raised: 0, spared: 0 } });
  says(false, false);
  expect(figures()).toMatchObject({ vain: { raised: 1, spared: 0 } });
  says(false, true);
  says(false, false);
  expect(figures()).toMatchObject({ vain: { raised: 1, spared: 1 } });
});

it('a warning that the other one raises later, or that a failure or replacement ends, was not in vain', () => {
  const { trial, says, figures } = trialOf();
  const machine = { site: 'plant', machine: 'pump-1' };
  says(true, false);
  says(true, true);
  says(false, false);
  says(true, false);
  trial.machineFailed(machine, { active: false, challenger: true });
  says(false, false);
  says(true, false);
  trial.machineReplaced(machine);
  says(false, false);
  expect(figures()).toMatchObject({ alerts: { both: 1, raised: 2 }, vain: { raised: 0, spared: 0 } });
});
