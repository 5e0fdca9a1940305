import { expect, it } from 'vitest';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { TakingReadings } from './taking-readings.ts';

function bench() {
  const clock = manualClock();
  const state = {
    status: null as { journalTrouble: string | null } | null,
    waitingMs: 0,
  };
  const taking = new TakingReadings({ data: state, status: () => state.status, clock });
  return { clock, state, taking };
}

const batch = (rows: number) => ({ replay: false, machineIndex: new Int32Array(rows) });
const sound = { journalTrouble: null };

it('readings are taken from the start, before the status is known', () => {
  const { taking, state } = bench();
  expect(taking.isTaking).toBe(true);
  state.status = sound;
  expect(taking.isTaking).toBe(true);
});

it.each([
  ['the journal cannot be written', { status: { journalTrouble: 'no space left' } }],
  ['the data thread does not answer', { status: null }],
  ['messages wait for their acknowledgement', { waitingMs: 1_500 }],
])('they are not while %s, and are again with the first that arrive', (_, trouble) => {
  const { taking, state } = bench();
  state.status = sound;
  expect(taking.isTaking).toBe(true);
  Object.assign(state, trouble);
  expect(taking.isTaking).toBe(false);
  Object.assign(state, { status: sound, waitingMs: 0 });
  expect(taking.isTaking).toBe(false);
  taking.arrived(batch(0));
  taking.arrived({ ...batch(3), replay: true });
  expect(taking.isTaking).toBe(false);
  taking.arrived(batch(1));
  expect(taking.isTaking).toBe(true);
});

it('if nobody sends after a trouble, they are taken again when senders have had time to come again', async () => {
  const { taking, state, clock } = bench();
  state.status = { journalTrouble: 'no space left' };
  expect(taking.isTaking).toBe(false);
  state.status = sound;
  await clock.advance(30_001);
  expect(taking.isTaking).toBe(true);
});
