import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

const Count = Type.Integer({ minimum: 0 });

/** Warnings by what they turned out to be, and failures that nobody was warned of. */
export const CountedOutcomes = Type.Object({
  confirmed: Count,
  falseAlarms: Count,
  missed: Count,
  planned: Count,
  unknown: Count,
});
export type CountedOutcomes = Static<typeof CountedOutcomes>;

/** A life of a machine: from when it was new, as far as that is known, to its failure or to where it is known. */
export const MachineLife = Type.Object({
  gateway: Type.String({ ...plainName }),
  site: Type.String({ ...plainName }),
  machine: Type.String({ ...plainName }),
  fromMs: Type.Union([Type.Number(), Type.Null()], {
    description: 'when it was new, or its last life ended; null: before all that is known of it',
  }),
  toMs: Type.Number({ description: 'when it failed, or until when it is known that it had not' }),
  end: Type.Union(
    ['failed', 'stopped', 'replaced', 'running'].map((name) => Type.Literal(name)),
    {
      description:
        'failed: reported, and not said to be something else; stopped: reported as failed, and a person says that it was planned, or not known; replaced: before it failed; running: still',
    },
  ),
  outcomes: CountedOutcomes,
});
export interface MachineLife extends Omit<Static<typeof MachineLife>, 'end'> {
  end: 'failed' | 'stopped' | 'replaced' | 'running';
}

export const noOutcomes = (): CountedOutcomes => ({
  ...{ confirmed: 0, falseAlarms: 0, missed: 0, planned: 0, unknown: 0 },
});
