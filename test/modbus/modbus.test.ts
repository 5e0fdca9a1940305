import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reasonToSkip } from '../support/needed.ts';
import { exchange } from './exchange.ts';
import { type Programs, slavePrograms } from './slaves.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbinger-modbus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const programs = await slavePrograms(folder);
const skip = reasonToSkip(programs);

describe.skipIf(skip !== null)(`libmodbus and pymodbus${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  it('never have a wrong value in 2,000 disturbed requests, over serial lines and TCP', {
    timeout: 900_000,
  }, async () => {
    const result = await exchange({
      ...{ requests: 2_000, lines: 6, seed: 18, folder },
      programs: programs as Programs,
      progress: () => undefined,
    });
    expect(result.wrong).toEqual([]);
    expect(result.values).toBeGreaterThan(2_000);
    expect(result.faults).toMatchObject({ late: expect.any(Number), changed: expect.any(Number) });
  });
});
