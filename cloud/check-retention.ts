/** Finds settings of retention that the configured store cannot follow: they are refused, not passed over. */
import { type ConfigProblem, invalid } from '../shared/config/problem.ts';
import { rules } from '../shared/config/sound-view.ts';
import { partOfKind } from '../shared/parts/registry.ts';
import type { CloudConfig } from './config.ts';
import { jobs as jobParts } from './jobs/jobs.ts';

const place = 'jobs.retention';

type Checked = Pick<CloudConfig, 'store' | 'jobs'>;
type RetentionSettings = NonNullable<CloudConfig['jobs']['retention']>;

export function retentionOfStoreProblems({ store, jobs }: Checked): ConfigProblem[] {
  if (store.kind !== 'influx') return [];
  const { retention } = jobs;
  if (retention === undefined) return [];
  return rules(
    () => (retention.bytesMax === undefined ? [] : [noBound('bytesMax')]),
    () => (retention.diskShareMax === defaultOf('diskShareMax') ? [] : [noBound('diskShareMax')]),
    () => (retention.whenFull === defaultOf('whenFull') ? [] : [noBound('whenFull')]),
    () => (store.version === 3 ? ageProblems(retention) : []),
  );
}

function defaultOf(name: 'diskShareMax' | 'whenFull'): unknown {
  const { properties } = partOfKind(jobParts, 'retention').config;
  return (properties as Readonly<Record<string, { default?: unknown }>>)[name]?.default;
}

function noBound(name: string): ConfigProblem {
  const why = 'InfluxDB does not say how much space it takes';
  const message = `${place}.${name}: ${why}, so there is no bound in bytes; leave it out and set ${place}.keepDays`;
  return invalid(`${place}.${name}`, message);
}

/** InfluxDB 3 deletes no points on request. */
function ageProblems({ measurements, ...all }: RetentionSettings): ConfigProblem[] {
  const why =
    'InfluxDB 3 deletes nothing on request; leave it out and give the database or its tables a retention period of InfluxDB';
  return [all, ...measurements].flatMap((ages, i) => {
    const table = i === 0 ? place : `${place}.measurements[${i - 1}]`;
    return (['keepDays', 'thinAfterDays'] as const).flatMap((name) =>
      (ages[name] ?? 0) === 0 ? [] : [invalid(`${table}.${name}`, `${table}.${name}: ${why}`)],
    );
  });
}
