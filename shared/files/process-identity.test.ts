import { describe, expect, test } from 'vitest';
import { identityOf, isRunning, isRunningIn } from './process-identity.mjs';

const stat = (started: number, state = 'S') => [state, ...Array<string>(18).fill('0'), String(started)];
const other = 453;

/** A system on which this process and number 453 run. */
const system = (seen: { boot?: string | null; other?: string[] | null; own?: string[] | null }) => ({
  boot: () => (seen.boot === undefined ? 'boot-2' : seen.boot),
  fields: (pid: number) =>
    pid === process.pid
      ? seen.own === undefined
        ? stat(70)
        : seen.own
      : pid === other
        ? seen.other === undefined
          ? stat(80)
          : seen.other
        : null,
  exists: (pid: number) => pid === process.pid || pid === other,
});

describe('The holder of a lock', () => {
  test('runs if number, boot and start are the same', () => {
    expect(identityOf(other, system({}))).toBe('453 boot-2 80');
    expect(isRunningIn(system({}), '453 boot-2 80')).toBe(true);
    expect(isRunningIn(system({}), '453 boot-2 79')).toBe(false);
    expect(isRunningIn(system({}), '454 boot-2 80')).toBe(false);
    expect(isRunningIn(system({ other: stat(80, 'Z') }), '453 boot-2 80')).toBe(false);
    expect(isRunning(identityOf(process.pid))).toBe(true);
  });

  test('is gone after another boot, although its number and its start are taken again', () => {
    expect(isRunningIn(system({}), '453 boot-1 80')).toBe(false);
    // ProtectProc=invisible: the number belongs to a process of another user, which cannot be looked at.
    expect(isRunningIn(system({ other: null }), '453 boot-1 80')).toBe(false);
  });

  test('is gone if it was written where the boot is hidden and its number belongs to another process now', () => {
    const hidden = system({ boot: null, own: stat(70) });
    expect(identityOf(process.pid, hidden)).toBe(`${process.pid} - 70`);
    expect(isRunningIn(hidden, '453 - 79')).toBe(false);
    expect(isRunningIn(system({ boot: null, other: null }), '453 - 80')).toBe(false);
    expect(isRunningIn(system({}), '453 - 79')).toBe(false);
  });

  test('runs also if the boot is hidden from the one or the other', () => {
    expect(isRunningIn(system({ boot: null }), '453 boot-2 80')).toBe(true);
    expect(isRunningIn(system({}), '453 - 80')).toBe(true);
  });

  test('is gone if it is a number alone, as earlier versions wrote it under ProcSubset=pid', () => {
    expect(isRunningIn(system({}), '453')).toBe(false);
    expect(isRunningIn(system({ boot: null }), '453')).toBe(false);
  });

  test('is its number where the system says nothing else', () => {
    const silent = system({ boot: null, own: null, other: null });
    expect(identityOf(other, silent)).toBe('453');
    expect(isRunningIn(silent, '453')).toBe(true);
    expect(isRunningIn(silent, '454')).toBe(false);
  });
});
