import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import { eventMeasurements } from '../../../shared/domain/machine-type.ts';
import { jobSettings } from '../../../shared/jobs/config.ts';

const Days = (description: string) => Type.Number({ minimum: 0, maximum: 100_000, description });

const keepDays = Days('Readings older than that are deleted; 0: never.');
const thinAfterDays = Days('Readings older than that are replaced by means; 0: never.');
const thinToS = Type.Integer({
  minimum: 1,
  maximum: 3_600,
  description: 'The span in seconds of which each mean is; it divides an hour without a remainder.',
});

export const RetentionConfig = Type.Object(
  {
    ...jobSettings('23 */10 * * * *'),
    keepDays: { ...keepDays, default: 0 },
    thinAfterDays: { ...thinAfterDays, default: 0 },
    thinToS: { ...thinToS, default: 60 },
    bytesMax: Type.Optional(
      Type.Integer({
        minimum: 64 << 20,
        description: 'The most space that readings may take; if not set, `diskShareMax` decides.',
        examples: [100_000_000_000],
      }),
    ),
    diskShareMax: Type.Number({
      minimum: 0.01,
      maximum: 1,
      default: 0.8,
      description: 'The same as a share of the size of the disk that they are on.',
    }),
    whenFull: Type.Union(
      [
        Type.Literal('oldest-first', { description: 'The oldest readings are deleted.' }),
        Type.Literal('refuse', {
          description: 'Nothing is deleted, and nothing new is stored: gateways keep it.',
        }),
      ],
      { default: 'oldest-first', description: 'What happens when they take more.' },
    ),
    measurements: Type.Array(
      Type.Object(
        {
          name: Type.String({
            minLength: 1,
            maxLength: 256,
            description: 'The measurement: the name of a machine type, `estimate` or `event`.',
            examples: ['pump'],
          }),
          keepDays: Type.Optional({ ...keepDays, examples: [365] }),
          thinAfterDays: Type.Optional({ ...thinAfterDays, examples: [30] }),
          thinToS: Type.Optional({ ...thinToS, examples: [300] }),
        },
        { additionalProperties: false },
      ),
      {
        default: [],
        maxItems: 1_000,
        description: 'Measurements with rules of their own; what they do not set is as above.',
      },
    ),
  },
  { additionalProperties: false },
);
export type RetentionConfig = Static<typeof RetentionConfig>;

interface AgeSettings {
  keepDays?: number;
  thinAfterDays?: number;
  thinToS?: number;
}

/** @param place where the job's table is */
export function retentionProblems(config: RetentionConfig, place: string): ConfigProblem[] {
  return [
    ...rules(() => ageProblems(config, config, place)),
    ...eachSound(config.measurements, (own, i) => {
      const at = `${place}.measurements[${i}]`;
      const isSecond = config.measurements.findIndex(({ name }) => name === own.name) < i;
      const second = invalid(`${at}.name`, `${at}.name: there are rules for '${own.name}' already`);
      return [...(isSecond ? [second] : []), ...eventProblems(own, at), ...ageProblems(own, config, at)];
    }),
  ];
}

function ageProblems(own: AgeSettings, all: RetentionConfig, place: string): ConfigProblem[] {
  const { keepDays, thinAfterDays, thinToS } = { ...all, ...own };
  const problems: ConfigProblem[] = [];
  if (3_600 % thinToS !== 0) {
    const message = `${place}.thinToS: ${thinToS} s do not divide an hour without a remainder: 60, 300 and 900 do`;
    problems.push(invalid(`${place}.thinToS`, message));
  }
  if (keepDays > 0 && thinAfterDays >= keepDays) {
    const message = `${place}.thinAfterDays: nothing is left to be thinned after ${thinAfterDays} days, because it is deleted after ${keepDays}`;
    problems.push(invalid(`${place}.thinAfterDays`, message));
  }
  return problems;
}

function eventProblems({ name, thinAfterDays = 0 }: AgeSettings & { name: string }, place: string) {
  if (!eventMeasurements.has(name) || thinAfterDays === 0) return [];
  const message = `${place}.thinAfterDays: events have no means; they can only be deleted, by keepDays`;
  return [invalid(`${place}.thinAfterDays`, message)];
}
