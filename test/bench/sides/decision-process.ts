/**
 * Makes governed decisions with policies that cost nothing, one by one and in batches of 64, and records some with the
 * digest of a pump's window; prints as JSON what a decision and a record cost, in µs.
 */
import { windowDigest } from '../../../shared/contract/decisions/window-digest.ts';
import { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Policy } from '../../../shared/decisions/policy.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';

const measureMs = Number(process.argv[2] ?? 1_000);
const window = Float32Array.from({ length: 30 * 14 }, (_, i) => Math.sin(i) * 100);

const policy = (name: string): Policy<number, number> => ({
  name,
  version: '1.0.0',
  decide: async (inputs) => inputs.map((input) => ({ answer: input, confidence: 1, reasons: [] })),
});
const options = {
  name: 'bench',
  active: policy('active'),
  fallback: policy('rules'),
  budgetMs: 1_000,
  breaker: { failures: 5, halfOpenAfterMs: 30_000 },
  check: (answer: number) => (Number.isFinite(answer) ? null : 'not finite'),
  clock: systemClock,
};
const decision = new GovernedDecision<number, number>(options);

/** So many parts of the time are judged by themselves, so that a moment in which the computer does something else counts once. */
const parts = 15;
const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;

/** The median of the 99th percentiles of the parts. */
function p99(values: readonly number[]): number {
  const size = Math.ceil(values.length / parts);
  const each = Array.from({ length: parts }, (_, i) => at(values.slice(i * size, (i + 1) * size), 0.99));
  return at(
    each.filter((value) => value !== undefined),
    0.5,
  );
}

/** Returns the µs of each call, divided by `count`. @param between what is waited for after each, and is not counted */
async function timesOf(
  count: number,
  call: () => Promise<unknown> | unknown,
  between?: () => Promise<void>,
): Promise<number[]> {
  for (let i = 0; i < 500; i++) await call();
  const times: number[] = [];
  const endMs = performance.now() + measureMs;
  for (let atMs = performance.now(); atMs < endMs; ) {
    await call();
    const nowMs = performance.now();
    times.push((1_000 * (nowMs - atMs)) / count);
    await between?.();
    atMs = between ? performance.now() : nowMs;
  }
  return times;
}

const single = await timesOf(1, () => decision.decide([1]));
const batch = Array.from({ length: 64 }, (_, i) => i);
const batched = await timesOf(batch.length, () => decision.decide(batch));
const challenger = { policy: policy('candidate'), takes: (input: number) => input % 10 === 0 };
const challengers = [challenger];
const shadowed = new GovernedDecision<number, number>({
  ...options,
  shadow: {
    challengers: () => challengers,
    kept: (input) => input + 0 * window.slice().length,
    compared() {},
    dropped() {},
  },
});
// The candidate is asked in a later turn, so there must be one.
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const beside = await timesOf(batch.length, () => shadowed.decide(batch), turn);
const [decided] = await decision.decide([1]);
const inputs = { machineType: 'pump', rows: 30 };
const answer = { remainingLife: { p10: 1, p50: 2, p90: 3 }, health: 1 };
const end = '2026-11-30T00:00:00.000Z';
const record = await timesOf(1, () => {
  const judged = { sha256: windowDigest(window), rows: 30, columns: 14, end };
  return decision.record(decided!, { subject: 'plant/pump-1', inputs, answer, window: judged });
});
console.log(
  JSON.stringify({
    single: p99(single),
    singleMedian: at(single, 0.5),
    batched: p99(batched),
    shadowed: p99(beside),
    record: p99(record),
    recordMedian: at(record, 0.5),
  }),
);
