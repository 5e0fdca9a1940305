import { expect, it } from 'vitest';
import type { Table } from '../shared/config/toml-files.ts';
import { checkCloud } from './check-config.ts';

function problemsOf(settings: Record<string, Table>): string[] {
  const { problems } = checkCloud({ overrides: settings }, { files: false });
  return problems.map(({ message }) => message);
}

const influx = (version: number) => ({
  store: {
    kind: 'influx',
    version,
    url: 'http://127.0.0.1:8086',
    ...(version === 2 ? { bucket: 'b', org: 'o', token: 't' } : { database: 'plant' }),
  },
});

it('a bound in bytes is refused where the store cannot keep it', () => {
  for (const version of [1, 2, 3])
    expect(
      problemsOf({
        ...influx(version),
        jobs: { retention: { bytesMax: 100_000_000, diskShareMax: 0.5, whenFull: 'refuse' } },
      }),
    ).toEqual([
      expect.stringContaining('jobs.retention.bytesMax: InfluxDB does not say'),
      expect.stringContaining('jobs.retention.diskShareMax: InfluxDB does not say'),
      expect.stringContaining('jobs.retention.whenFull: InfluxDB does not say'),
    ]);
  expect(problemsOf({ jobs: { retention: { bytesMax: 100_000_000 } } })).toEqual([]);
});

it('ages are refused for InfluxDB 3, and taken for 1 and 2', () => {
  const ages = {
    jobs: { retention: { keepDays: 30, thinAfterDays: 3, measurements: [{ name: 'event', keepDays: 365 }] } },
  };
  expect(problemsOf({ ...influx(1), ...ages })).toEqual([]);
  expect(problemsOf({ ...influx(2), ...ages })).toEqual([]);
  expect(problemsOf({ ...influx(3), ...ages })).toEqual([
    expect.stringContaining('jobs.retention.keepDays: InfluxDB 3 deletes nothing'),
    expect.stringContaining('jobs.retention.thinAfterDays: InfluxDB 3 deletes nothing'),
    expect.stringContaining('jobs.retention.measurements[0].keepDays: InfluxDB 3 deletes nothing'),
  ]);
});
