/** Counts of a version beside another one. */
import { expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { assessmentOf, inputOf } from '../versions.testing.ts';
import { Trial } from './trial.ts';

const minuteMs = 60_000;

function trialOf() {
  const clock = manualClock();
  const trial = new Trial(
    {
      ...{ role: 'shadow', machineType: 'pump', document: 'models/shadow:pump 1' },
      candidate: { name: 'pump-rul', version: '2.1.0' },
      against: { name: 'pump-rul', version: '2.0.0' },
    },
    clock,
  );
  let minute = 0;
  const says = (challenger: boolean, active: boolean) =>
    trial.observed({
      input: inputOf('pump-1', minute++ * minuteMs),
      active: assessmentOf('pump-rul@2.0.0', 100),
      challenger: assessmentOf('pump-rul@2.1.0', 100),
      ...{ failure: null, activeMs: 1, challengerMs: 1, warns: { active, challenger } },
    });
  return { trial, clock, says, figures: () => trial.figures(minute * minuteMs) };
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

it('counts the hours of a machine that reports hourly, and not those in which nothing was heard', () => {
  const hourMs = 60 * minuteMs;
  const hoursOf = (...times: number[]) => {
    const { trial, figures } = trialOf();
    for (const timeMs of times) trial.exposed(inputOf('pump-1', timeMs).machine, timeMs, 'candidate');
    return figures().hours.candidate;
  };
  const hourly = Array.from({ length: 25 }, (_, i) => i * hourMs);
  expect(hoursOf(...hourly)).toBeCloseTo(23 + 5 / 60);
  expect(hoursOf(0, minuteMs, 2 * minuteMs, 10 * hourMs)).toBeCloseTo(7 / 60);
  expect(hoursOf(...hourly, 40 * hourMs)).toBeCloseTo(25 + 5 / 60);
});

it('knows how it has answered within the last hour, and forgets what was before', async () => {
  const { trial, clock, says } = trialOf();
  const fails = (failure: string) =>
    trial.observed({
      input: inputOf('pump-1'),
      active: assessmentOf('pump-rul@2.0.0', 100),
      ...{ challenger: null, failure, activeMs: 1, challengerMs: 1 },
    });
  for (const failure of ['timeout', 'error', 'no-answer']) fails(failure);
  says(false, false);
  expect(trial.beside?.counts()).toMatchObject({ answered: 1, failed: 2, declined: 1, lastError: 'error' });
  await clock.advance(61 * minuteMs);
  says(false, false);
  expect(trial.beside?.counts()).toMatchObject({ answered: 1, failed: 0, declined: 0 });
});

it('readings about which it was not asked, because its breaker was open, do not count as failures', () => {
  const { trial, figures } = trialOf();
  const fails = (failure: string, from: number) =>
    trial.observed({
      ...{ input: inputOf('pump-1', from * minuteMs), active: assessmentOf('pump-rul@2.0.0', 100) },
      ...{ challenger: null, failure, activeMs: 1, challengerMs: 1 },
    });
  for (let i = 0; i < 5; i++) fails('timeout', i);
  for (let i = 5; i < 95; i++) fails('breaker-open', i);
  expect(trial.beside?.counts()).toMatchObject({ answered: 0, failed: 5 });
  expect(figures().failures).toEqual({ timeout: 5, 'breaker-open': 90 });
});
