import { expect, it } from 'vitest';
import { newEvent } from '../../../shared/contract/envelope.ts';
import { parseLine } from '../../../shared/contract/line-protocol.ts';
import { prediction, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { alertLines } from './alert-lines.ts';

const time = '1700000000000000000';

it('each change of an alert is a line, with its remaining life in words', () => {
  const life = { p10: 12.34, p50: 19.999, p90: 31, unit: 'cycles' };
  const event = predictionEvent('opened', 1, { remainingLife: life, reasons: ['It wears.', 'So "soon"'] });
  const [line] = alertLines('north', event, time);
  expect(parseLine(line!)).toMatchObject({
    measurement: 'alert',
    tags: {
      ...{ gateway: 'north', site: 'leeds', machine: 'pump-1' },
      ...{ failure_mode: 'bearing-wear', severity: 'warning', state: 'open' },
    },
    fields: {
      id: prediction.predictionId,
      outcome: 'open',
      remaining_life: '20 cycles (12.3 to 31)',
      text: 'It wears. · So "soon"',
    },
  });
});

it('a life that is not known is written so, and an end with how it ended', () => {
  const lineOf = (...of: Parameters<typeof predictionEvent>) =>
    parseLine(alertLines('north', predictionEvent(...of), time)[0]!);
  expect(lineOf('updated', 2, { remainingLife: null }).fields.remaining_life).toBe('unknown');
  expect(lineOf('resolved', 3, {})).toMatchObject({
    tags: { state: 'resolved' },
    fields: { outcome: 'ended' },
  });
  expect(lineOf('resolved', 3, { outcome: 'failed' }).fields.outcome).toBe('failed');
});

it('other events have no such line', () => {
  const about = { gateway: 'north', id: 'x', timeMs: 1 };
  const machine = { site: 'leeds', machine: 'pump-1', machineType: 'pump' };
  expect(alertLines('north', newEvent('io.harbinger.machine.failed.v1', about, machine), time)).toEqual([]);
});
