import { expect, it } from 'vitest';
import { cpuMsOfThread, processCpuMs, threadCpuMs, threadNumber } from './cpu-time.ts';

const never = new Int32Array(new SharedArrayBuffer(4));
const waits = (ms: number) => Atomics.wait(never, 0, 0, ms);
function computes(ms: number): void {
  for (const from = threadCpuMs(); threadCpuMs() - from < ms; );
}

const isLinux = process.platform === 'linux';

it('a thread that computes uses CPU time, and one that waits uses nearly none', () => {
  const from = threadCpuMs();
  waits(300);
  if (isLinux) expect(threadCpuMs() - from).toBeLessThan(100);
  const before = processCpuMs();
  computes(200);
  expect(threadCpuMs() - from).toBeGreaterThanOrEqual(200);
  expect(processCpuMs() - before).toBeGreaterThan(100);
});

it.runIf(isLinux)('the CPU time of a thread can be asked for by its number', () => {
  const number = threadNumber();
  expect(number).toBeGreaterThan(0);
  computes(50);
  expect(Math.abs(cpuMsOfThread(number) - threadCpuMs())).toBeLessThan(50);
});

it('without a number it is that of the process', () => {
  expect(cpuMsOfThread(0)).toBeGreaterThan(0);
  expect(Math.abs(cpuMsOfThread(0) - processCpuMs())).toBeLessThan(1_000);
});
