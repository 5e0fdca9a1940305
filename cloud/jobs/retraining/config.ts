import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { plainName } from '../../../shared/contract/topics.ts';
import { jobSettings } from '../../../shared/jobs/config.ts';

export const RetrainingConfig = Type.Object(
  {
    ...jobSettings('0 3 * * sun'),
    machineTypes: Type.Array(Type.String({ ...plainName }), {
      default: [],
      maxItems: 64,
      description:
        'The machine types whose models are trained anew by schedule; none by default. Any can be asked for by `harbinger models retrain`.',
      examples: [['pump']],
    }),
    key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        description:
          'File of the private key that signs candidates. Without it they stay in the data folder, for a person to sign and push: whoever takes over a cloud that has the key can have gateways run what he likes.',
        examples: ['/etc/harbinger/keys/site.key'],
      }),
    ),
    shadow: Type.Boolean({
      default: true,
      description: 'Has a candidate that is signed and not worse run as a shadow.',
    }),
    tolerance: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'By how great a part a candidate may be worse and counts as not worse.',
    }),
    livesMin: Type.Integer({
      minimum: 2,
      maximum: 100_000,
      default: 10,
      description: 'Fewest lives to a failure that it is trained by; with fewer nothing is trained.',
    }),
    rowsMax: Type.Integer({
      minimum: 1_000,
      maximum: 50_000_000,
      default: 2_000_000,
      description: 'Most readings; of more, the latest lives count.',
    }),
    minutesMax: Type.Integer({
      minimum: 1,
      maximum: 2_880,
      default: 120,
      description: 'How long one training may take; then its process is ended.',
    }),
    memoryMb: Type.Integer({
      minimum: 256,
      maximum: 65_536,
      default: 1_024,
      description:
        'Most memory of JavaScript that its process may take; with all else it may take half a gigabyte more, or is ended.',
    }),
    worseKept: Type.Integer({
      minimum: 0,
      maximum: 1_000,
      default: 8,
      description:
        'Candidates of a machine type that were worse and stay in the registry, the newest ones; older ones are removed, but none that is wanted at a gateway.',
    }),
  },
  { additionalProperties: false },
);
export type RetrainingConfig = Static<typeof RetrainingConfig>;

/** @param place where the job's table is */
export function retrainingProblems({ machineTypes }: RetrainingConfig, place: string): ConfigProblem[] {
  const second = machineTypes.find((name, i) => machineTypes.indexOf(name) < i);
  if (second === undefined) return [];
  return [invalid(`${place}.machineTypes`, `${place}.machineTypes: '${second}' is named twice`)];
}
