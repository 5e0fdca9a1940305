import { numberArg, readArgs, usageError } from '../../deploy/cli/usage.ts';
import { faults } from './faults/faults.ts';
import type { StoreKind } from './site/site.ts';

export interface ChaosOptions {
  seed: number;
  rounds: number;
  /** No new round starts after this time. */
  minutesMax: number;
  stores: StoreKind[];
  /** Messages a second. */
  rate: number;
  /** Kinds of faults to draw from; all if empty. */
  only: string[];
  /** The first round, to repeat a later round of an earlier run. */
  from: number;
  loadMsMin: number;
  standstillMsMax: number;
  jsonFile?: string;
}

const program = 'npm run chaos --';

export const usage = `npm run chaos -- [options]
  --seed N          what is drawn (default 1)
  --rounds K        for each store (default 10)
  --store S         embedded, influx1 or both (default both)
  --minutes M       begins no new round after M minutes; each store gets its share of them
  --only A,B        kinds of fault to draw from (--list names them)
  --from N          begins with round N
  --rate R          messages a second (default 2500)
  --json FILE       writes the results
  --list            names the kinds of fault`;

const stores: Record<string, StoreKind[]> = {
  embedded: ['embedded'],
  influx1: ['influx1'],
  both: ['influx1', 'embedded'],
};

/** Null if only the kinds are to be listed. @throws HarbingerError USAGE */
export function readOptions(args: string[]): ChaosOptions | null {
  const config = {
    args,
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '10' },
      store: { type: 'string', default: 'both' },
      minutes: { type: 'string', default: '1000000' },
      only: { type: 'string', default: '' },
      from: { type: 'string', default: '1' },
      rate: { type: 'string', default: '2500' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  } as const;
  const { values } = readArgs(config, program);
  if (values.list) return null;
  const whole = (name: string, text: string) => numberArg(name, text, program);
  const chosen = stores[values.store];
  if (!chosen)
    throw usageError(`--store ${values.store}: it is one of ${Object.keys(stores).join(', ')}`, program);
  return {
    seed: whole('seed', values.seed),
    rounds: whole('rounds', values.rounds),
    minutesMax: numberArg('minutes', values.minutes, program, { whole: false }),
    stores: chosen,
    rate: whole('rate', values.rate),
    only: values.only === '' ? [] : values.only.split(',').map(known),
    from: whole('from', values.from),
    loadMsMin: 6_000,
    standstillMsMax: 90_000,
    ...(values.json !== undefined && { jsonFile: values.json }),
  };
}

function known(kind: string): string {
  if (faults.some((fault) => fault.kind === kind)) return kind;
  throw usageError(`--only ${kind}: there is no such fault, --list names them`, program);
}
